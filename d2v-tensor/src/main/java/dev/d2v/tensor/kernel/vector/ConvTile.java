package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// Micro-kernels of the convolutions: a run of neighbouring positions by one vector of output
/// channels, over all taps and input channels. In a [ConvPanel] neighbours are 16 floats apart, so
/// every input is a constant offset from one index: per tap and channel one vector of weights and a
/// product a position.
///
/// Panels are arrays: sixteen reads of a memory segment in one loop exceed what the compiler
/// inlines, and then every vector is allocated.
final class ConvTile {
  /// Positions of the forward tile: half of the registers and no more than 16.
  static final int POSITIONS = F.length() >= 16 ? 16 : 8;

  private static final int L = F.length();

  private ConvTile() {}

  /// `out[j] = sum over taps and channels of x[position + j] * w` for [#POSITIONS] positions, a
  /// vector each.
  ///
  /// @param runs offset and number of channels for each tap and block of channels, in the order of
  ///   w
  static void forward(float[] x, int xAt, int[] runs, float[] w, int wAt, float[] out, int at) {
    if (POSITIONS == 16) {
      forward16(x, xAt, runs, w, wAt, out, at);
    } else {
      forward8(x, xAt, runs, w, wAt, out, at);
    }
  }

  /// `sums[i] += sum over positions of x[position, i] * dy[position]` for the 16 channels of a
  /// block, a vector each.
  static void backward(
      float[] x, int xAt, int rowFloats, int rows, int slots, float[] dy, float[] sums, int at) {
    if (POSITIONS == 16) {
      backward16(x, xAt, rowFloats, rows, slots, dy, sums, at);
    } else {
      backward8(x, xAt, rowFloats, rows, slots, dy, sums, at);
      backward8(x, xAt + 8, rowFloats, rows, slots, dy, sums, at + 8 * L);
    }
  }

  /// 16 positions by one vector of output channels.
  private static void forward16(
      float[] x, int xAt, int[] runs, float[] w, int wAt, float[] out, int at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    FloatVector c8 = z, c9 = z, c10 = z, c11 = z, c12 = z, c13 = z, c14 = z, c15 = z;
    int b = wAt;
    for (int run = 0; run < runs.length; run += 2) {
      int from = xAt + runs[run];
      int to = from + runs[run + 1];
      for (int a = from; a < to; a++, b += L) {
        FloatVector v = fromArray(F, w, b);
        c0 = broadcast(F, x[a]).fma(v, c0);
        c1 = broadcast(F, x[a + 16]).fma(v, c1);
        c2 = broadcast(F, x[a + 32]).fma(v, c2);
        c3 = broadcast(F, x[a + 48]).fma(v, c3);
        c4 = broadcast(F, x[a + 64]).fma(v, c4);
        c5 = broadcast(F, x[a + 80]).fma(v, c5);
        c6 = broadcast(F, x[a + 96]).fma(v, c6);
        c7 = broadcast(F, x[a + 112]).fma(v, c7);
        c8 = broadcast(F, x[a + 128]).fma(v, c8);
        c9 = broadcast(F, x[a + 144]).fma(v, c9);
        c10 = broadcast(F, x[a + 160]).fma(v, c10);
        c11 = broadcast(F, x[a + 176]).fma(v, c11);
        c12 = broadcast(F, x[a + 192]).fma(v, c12);
        c13 = broadcast(F, x[a + 208]).fma(v, c13);
        c14 = broadcast(F, x[a + 224]).fma(v, c14);
        c15 = broadcast(F, x[a + 240]).fma(v, c15);
      }
    }
    c0.intoArray(out, at);
    c1.intoArray(out, at + 1 * L);
    c2.intoArray(out, at + 2 * L);
    c3.intoArray(out, at + 3 * L);
    c4.intoArray(out, at + 4 * L);
    c5.intoArray(out, at + 5 * L);
    c6.intoArray(out, at + 6 * L);
    c7.intoArray(out, at + 7 * L);
    c8.intoArray(out, at + 8 * L);
    c9.intoArray(out, at + 9 * L);
    c10.intoArray(out, at + 10 * L);
    c11.intoArray(out, at + 11 * L);
    c12.intoArray(out, at + 12 * L);
    c13.intoArray(out, at + 13 * L);
    c14.intoArray(out, at + 14 * L);
    c15.intoArray(out, at + 15 * L);
  }

  /// 8 positions by one vector of output channels.
  private static void forward8(
      float[] x, int xAt, int[] runs, float[] w, int wAt, float[] out, int at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    int b = wAt;
    for (int run = 0; run < runs.length; run += 2) {
      int from = xAt + runs[run];
      int to = from + runs[run + 1];
      for (int a = from; a < to; a++, b += L) {
        FloatVector v = fromArray(F, w, b);
        c0 = broadcast(F, x[a]).fma(v, c0);
        c1 = broadcast(F, x[a + 16]).fma(v, c1);
        c2 = broadcast(F, x[a + 32]).fma(v, c2);
        c3 = broadcast(F, x[a + 48]).fma(v, c3);
        c4 = broadcast(F, x[a + 64]).fma(v, c4);
        c5 = broadcast(F, x[a + 80]).fma(v, c5);
        c6 = broadcast(F, x[a + 96]).fma(v, c6);
        c7 = broadcast(F, x[a + 112]).fma(v, c7);
      }
    }
    c0.intoArray(out, at);
    c1.intoArray(out, at + 1 * L);
    c2.intoArray(out, at + 2 * L);
    c3.intoArray(out, at + 3 * L);
    c4.intoArray(out, at + 4 * L);
    c5.intoArray(out, at + 5 * L);
    c6.intoArray(out, at + 6 * L);
    c7.intoArray(out, at + 7 * L);
  }

  /// Adds to the gradient of 16 input channels' weights to one vector of output channels, for one
  /// tap.
  private static void backward16(
      float[] x, int xAt, int rowFloats, int rows, int slots, float[] dy, float[] sums, int at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    FloatVector c8 = z, c9 = z, c10 = z, c11 = z, c12 = z, c13 = z, c14 = z, c15 = z;
    int b = 0;
    for (int row = 0; row < rows; row++) {
      int from = xAt + row * rowFloats;
      int to = from + 16 * slots;
      for (int a = from; a < to; a += 16, b += L) {
        FloatVector v = fromArray(F, dy, b);
        c0 = broadcast(F, x[a]).fma(v, c0);
        c1 = broadcast(F, x[a + 1]).fma(v, c1);
        c2 = broadcast(F, x[a + 2]).fma(v, c2);
        c3 = broadcast(F, x[a + 3]).fma(v, c3);
        c4 = broadcast(F, x[a + 4]).fma(v, c4);
        c5 = broadcast(F, x[a + 5]).fma(v, c5);
        c6 = broadcast(F, x[a + 6]).fma(v, c6);
        c7 = broadcast(F, x[a + 7]).fma(v, c7);
        c8 = broadcast(F, x[a + 8]).fma(v, c8);
        c9 = broadcast(F, x[a + 9]).fma(v, c9);
        c10 = broadcast(F, x[a + 10]).fma(v, c10);
        c11 = broadcast(F, x[a + 11]).fma(v, c11);
        c12 = broadcast(F, x[a + 12]).fma(v, c12);
        c13 = broadcast(F, x[a + 13]).fma(v, c13);
        c14 = broadcast(F, x[a + 14]).fma(v, c14);
        c15 = broadcast(F, x[a + 15]).fma(v, c15);
      }
    }
    fromArray(F, sums, at).add(c0).intoArray(sums, at);
    fromArray(F, sums, at + 1 * L).add(c1).intoArray(sums, at + 1 * L);
    fromArray(F, sums, at + 2 * L).add(c2).intoArray(sums, at + 2 * L);
    fromArray(F, sums, at + 3 * L).add(c3).intoArray(sums, at + 3 * L);
    fromArray(F, sums, at + 4 * L).add(c4).intoArray(sums, at + 4 * L);
    fromArray(F, sums, at + 5 * L).add(c5).intoArray(sums, at + 5 * L);
    fromArray(F, sums, at + 6 * L).add(c6).intoArray(sums, at + 6 * L);
    fromArray(F, sums, at + 7 * L).add(c7).intoArray(sums, at + 7 * L);
    fromArray(F, sums, at + 8 * L).add(c8).intoArray(sums, at + 8 * L);
    fromArray(F, sums, at + 9 * L).add(c9).intoArray(sums, at + 9 * L);
    fromArray(F, sums, at + 10 * L).add(c10).intoArray(sums, at + 10 * L);
    fromArray(F, sums, at + 11 * L).add(c11).intoArray(sums, at + 11 * L);
    fromArray(F, sums, at + 12 * L).add(c12).intoArray(sums, at + 12 * L);
    fromArray(F, sums, at + 13 * L).add(c13).intoArray(sums, at + 13 * L);
    fromArray(F, sums, at + 14 * L).add(c14).intoArray(sums, at + 14 * L);
    fromArray(F, sums, at + 15 * L).add(c15).intoArray(sums, at + 15 * L);
  }

  /// Adds to the gradient of 8 input channels' weights to one vector of output channels, for one
  /// tap.
  private static void backward8(
      float[] x, int xAt, int rowFloats, int rows, int slots, float[] dy, float[] sums, int at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    int b = 0;
    for (int row = 0; row < rows; row++) {
      int from = xAt + row * rowFloats;
      int to = from + 16 * slots;
      for (int a = from; a < to; a += 16, b += L) {
        FloatVector v = fromArray(F, dy, b);
        c0 = broadcast(F, x[a]).fma(v, c0);
        c1 = broadcast(F, x[a + 1]).fma(v, c1);
        c2 = broadcast(F, x[a + 2]).fma(v, c2);
        c3 = broadcast(F, x[a + 3]).fma(v, c3);
        c4 = broadcast(F, x[a + 4]).fma(v, c4);
        c5 = broadcast(F, x[a + 5]).fma(v, c5);
        c6 = broadcast(F, x[a + 6]).fma(v, c6);
        c7 = broadcast(F, x[a + 7]).fma(v, c7);
      }
    }
    fromArray(F, sums, at).add(c0).intoArray(sums, at);
    fromArray(F, sums, at + 1 * L).add(c1).intoArray(sums, at + 1 * L);
    fromArray(F, sums, at + 2 * L).add(c2).intoArray(sums, at + 2 * L);
    fromArray(F, sums, at + 3 * L).add(c3).intoArray(sums, at + 3 * L);
    fromArray(F, sums, at + 4 * L).add(c4).intoArray(sums, at + 4 * L);
    fromArray(F, sums, at + 5 * L).add(c5).intoArray(sums, at + 5 * L);
    fromArray(F, sums, at + 6 * L).add(c6).intoArray(sums, at + 6 * L);
    fromArray(F, sums, at + 7 * L).add(c7).intoArray(sums, at + 7 * L);
  }
}
