package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/// Micro-kernels of the convolutions: a run of neighbouring positions by one vector of output
/// channels, over all taps and input channels. In a [ConvPanel] neighbours are 64 bytes apart, so
/// every input is a constant offset from one register: per tap and channel one vector of weights
/// and a product a position. Nothing but the Vector API is called: in a method this large the
/// compiler inlines no others.
final class ConvTile {
  /// Positions of the forward tile: half of the registers and no more than 16.
  static final int POSITIONS = F.length() >= 16 ? 16 : 8;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final long W = 4L * F.length();

  private ConvTile() {}

  /// `out[j] = sum over taps and channels of x[position + j] * w` for [#POSITIONS] positions, a
  /// vector each.
  ///
  /// @param runs byte offset and number of channels for each tap and block of channels, in the
  ///   order of w
  static void forward(
      MemorySegment x,
      long xAt,
      long[] runs,
      MemorySegment w,
      long wAt,
      MemorySegment out,
      long at) {
    if (POSITIONS == 16) {
      forward16(x, xAt, runs, w, wAt, out, at);
    } else {
      forward8(x, xAt, runs, w, wAt, out, at);
    }
  }

  /// `sums[i] += sum over positions of x[position, i] * dy[position]` for the 16 channels of a
  /// block, a vector each.
  static void backward(
      MemorySegment x,
      long xAt,
      long rowBytes,
      int rows,
      int slots,
      MemorySegment dy,
      MemorySegment sums,
      long at) {
    if (POSITIONS == 16) {
      backward16(x, xAt, rowBytes, rows, slots, dy, sums, at);
    } else {
      backward8(x, xAt, rowBytes, rows, slots, dy, sums, at);
      backward8(x, xAt + 32, rowBytes, rows, slots, dy, sums, at + 8 * W);
    }
  }

  /// 16 positions by one vector of output channels.
  private static void forward16(
      MemorySegment x,
      long xAt,
      long[] runs,
      MemorySegment w,
      long wAt,
      MemorySegment out,
      long at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    FloatVector c8 = z, c9 = z, c10 = z, c11 = z, c12 = z, c13 = z, c14 = z, c15 = z;
    long b = wAt;
    for (int run = 0; run < runs.length; run += 2) {
      long a = xAt + runs[run];
      int channels = (int) runs[run + 1];
      for (int i = 0; i < channels; i++, a += 4, b += W) {
        FloatVector v = fromMemorySegment(F, w, b, ORDER);
        c0 = broadcast(F, x.get(FLOAT, a)).fma(v, c0);
        c1 = broadcast(F, x.get(FLOAT, a + 64)).fma(v, c1);
        c2 = broadcast(F, x.get(FLOAT, a + 128)).fma(v, c2);
        c3 = broadcast(F, x.get(FLOAT, a + 192)).fma(v, c3);
        c4 = broadcast(F, x.get(FLOAT, a + 256)).fma(v, c4);
        c5 = broadcast(F, x.get(FLOAT, a + 320)).fma(v, c5);
        c6 = broadcast(F, x.get(FLOAT, a + 384)).fma(v, c6);
        c7 = broadcast(F, x.get(FLOAT, a + 448)).fma(v, c7);
        c8 = broadcast(F, x.get(FLOAT, a + 512)).fma(v, c8);
        c9 = broadcast(F, x.get(FLOAT, a + 576)).fma(v, c9);
        c10 = broadcast(F, x.get(FLOAT, a + 640)).fma(v, c10);
        c11 = broadcast(F, x.get(FLOAT, a + 704)).fma(v, c11);
        c12 = broadcast(F, x.get(FLOAT, a + 768)).fma(v, c12);
        c13 = broadcast(F, x.get(FLOAT, a + 832)).fma(v, c13);
        c14 = broadcast(F, x.get(FLOAT, a + 896)).fma(v, c14);
        c15 = broadcast(F, x.get(FLOAT, a + 960)).fma(v, c15);
      }
    }
    c0.intoMemorySegment(out, at, ORDER);
    c1.intoMemorySegment(out, at + 1 * W, ORDER);
    c2.intoMemorySegment(out, at + 2 * W, ORDER);
    c3.intoMemorySegment(out, at + 3 * W, ORDER);
    c4.intoMemorySegment(out, at + 4 * W, ORDER);
    c5.intoMemorySegment(out, at + 5 * W, ORDER);
    c6.intoMemorySegment(out, at + 6 * W, ORDER);
    c7.intoMemorySegment(out, at + 7 * W, ORDER);
    c8.intoMemorySegment(out, at + 8 * W, ORDER);
    c9.intoMemorySegment(out, at + 9 * W, ORDER);
    c10.intoMemorySegment(out, at + 10 * W, ORDER);
    c11.intoMemorySegment(out, at + 11 * W, ORDER);
    c12.intoMemorySegment(out, at + 12 * W, ORDER);
    c13.intoMemorySegment(out, at + 13 * W, ORDER);
    c14.intoMemorySegment(out, at + 14 * W, ORDER);
    c15.intoMemorySegment(out, at + 15 * W, ORDER);
  }

  /// 8 positions by one vector of output channels.
  private static void forward8(
      MemorySegment x,
      long xAt,
      long[] runs,
      MemorySegment w,
      long wAt,
      MemorySegment out,
      long at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    long b = wAt;
    for (int run = 0; run < runs.length; run += 2) {
      long a = xAt + runs[run];
      int channels = (int) runs[run + 1];
      for (int i = 0; i < channels; i++, a += 4, b += W) {
        FloatVector v = fromMemorySegment(F, w, b, ORDER);
        c0 = broadcast(F, x.get(FLOAT, a)).fma(v, c0);
        c1 = broadcast(F, x.get(FLOAT, a + 64)).fma(v, c1);
        c2 = broadcast(F, x.get(FLOAT, a + 128)).fma(v, c2);
        c3 = broadcast(F, x.get(FLOAT, a + 192)).fma(v, c3);
        c4 = broadcast(F, x.get(FLOAT, a + 256)).fma(v, c4);
        c5 = broadcast(F, x.get(FLOAT, a + 320)).fma(v, c5);
        c6 = broadcast(F, x.get(FLOAT, a + 384)).fma(v, c6);
        c7 = broadcast(F, x.get(FLOAT, a + 448)).fma(v, c7);
      }
    }
    c0.intoMemorySegment(out, at, ORDER);
    c1.intoMemorySegment(out, at + 1 * W, ORDER);
    c2.intoMemorySegment(out, at + 2 * W, ORDER);
    c3.intoMemorySegment(out, at + 3 * W, ORDER);
    c4.intoMemorySegment(out, at + 4 * W, ORDER);
    c5.intoMemorySegment(out, at + 5 * W, ORDER);
    c6.intoMemorySegment(out, at + 6 * W, ORDER);
    c7.intoMemorySegment(out, at + 7 * W, ORDER);
  }

  /// Adds to the gradient of 16 input channels' weights to one vector of output channels, for one
  /// tap.
  private static void backward16(
      MemorySegment x,
      long xAt,
      long rowBytes,
      int rows,
      int slots,
      MemorySegment dy,
      MemorySegment sums,
      long at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    FloatVector c8 = z, c9 = z, c10 = z, c11 = z, c12 = z, c13 = z, c14 = z, c15 = z;
    long b = 0;
    for (int row = 0; row < rows; row++) {
      long a = xAt + row * rowBytes;
      for (int slot = 0; slot < slots; slot++, a += 64, b += W) {
        FloatVector v = fromMemorySegment(F, dy, b, ORDER);
        c0 = broadcast(F, x.get(FLOAT, a)).fma(v, c0);
        c1 = broadcast(F, x.get(FLOAT, a + 4)).fma(v, c1);
        c2 = broadcast(F, x.get(FLOAT, a + 8)).fma(v, c2);
        c3 = broadcast(F, x.get(FLOAT, a + 12)).fma(v, c3);
        c4 = broadcast(F, x.get(FLOAT, a + 16)).fma(v, c4);
        c5 = broadcast(F, x.get(FLOAT, a + 20)).fma(v, c5);
        c6 = broadcast(F, x.get(FLOAT, a + 24)).fma(v, c6);
        c7 = broadcast(F, x.get(FLOAT, a + 28)).fma(v, c7);
        c8 = broadcast(F, x.get(FLOAT, a + 32)).fma(v, c8);
        c9 = broadcast(F, x.get(FLOAT, a + 36)).fma(v, c9);
        c10 = broadcast(F, x.get(FLOAT, a + 40)).fma(v, c10);
        c11 = broadcast(F, x.get(FLOAT, a + 44)).fma(v, c11);
        c12 = broadcast(F, x.get(FLOAT, a + 48)).fma(v, c12);
        c13 = broadcast(F, x.get(FLOAT, a + 52)).fma(v, c13);
        c14 = broadcast(F, x.get(FLOAT, a + 56)).fma(v, c14);
        c15 = broadcast(F, x.get(FLOAT, a + 60)).fma(v, c15);
      }
    }
    fromMemorySegment(F, sums, at, ORDER).add(c0).intoMemorySegment(sums, at, ORDER);
    fromMemorySegment(F, sums, at + 1 * W, ORDER)
        .add(c1)
        .intoMemorySegment(sums, at + 1 * W, ORDER);
    fromMemorySegment(F, sums, at + 2 * W, ORDER)
        .add(c2)
        .intoMemorySegment(sums, at + 2 * W, ORDER);
    fromMemorySegment(F, sums, at + 3 * W, ORDER)
        .add(c3)
        .intoMemorySegment(sums, at + 3 * W, ORDER);
    fromMemorySegment(F, sums, at + 4 * W, ORDER)
        .add(c4)
        .intoMemorySegment(sums, at + 4 * W, ORDER);
    fromMemorySegment(F, sums, at + 5 * W, ORDER)
        .add(c5)
        .intoMemorySegment(sums, at + 5 * W, ORDER);
    fromMemorySegment(F, sums, at + 6 * W, ORDER)
        .add(c6)
        .intoMemorySegment(sums, at + 6 * W, ORDER);
    fromMemorySegment(F, sums, at + 7 * W, ORDER)
        .add(c7)
        .intoMemorySegment(sums, at + 7 * W, ORDER);
    fromMemorySegment(F, sums, at + 8 * W, ORDER)
        .add(c8)
        .intoMemorySegment(sums, at + 8 * W, ORDER);
    fromMemorySegment(F, sums, at + 9 * W, ORDER)
        .add(c9)
        .intoMemorySegment(sums, at + 9 * W, ORDER);
    fromMemorySegment(F, sums, at + 10 * W, ORDER)
        .add(c10)
        .intoMemorySegment(sums, at + 10 * W, ORDER);
    fromMemorySegment(F, sums, at + 11 * W, ORDER)
        .add(c11)
        .intoMemorySegment(sums, at + 11 * W, ORDER);
    fromMemorySegment(F, sums, at + 12 * W, ORDER)
        .add(c12)
        .intoMemorySegment(sums, at + 12 * W, ORDER);
    fromMemorySegment(F, sums, at + 13 * W, ORDER)
        .add(c13)
        .intoMemorySegment(sums, at + 13 * W, ORDER);
    fromMemorySegment(F, sums, at + 14 * W, ORDER)
        .add(c14)
        .intoMemorySegment(sums, at + 14 * W, ORDER);
    fromMemorySegment(F, sums, at + 15 * W, ORDER)
        .add(c15)
        .intoMemorySegment(sums, at + 15 * W, ORDER);
  }

  /// Adds to the gradient of 8 input channels' weights to one vector of output channels, for one
  /// tap.
  private static void backward8(
      MemorySegment x,
      long xAt,
      long rowBytes,
      int rows,
      int slots,
      MemorySegment dy,
      MemorySegment sums,
      long at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    long b = 0;
    for (int row = 0; row < rows; row++) {
      long a = xAt + row * rowBytes;
      for (int slot = 0; slot < slots; slot++, a += 64, b += W) {
        FloatVector v = fromMemorySegment(F, dy, b, ORDER);
        c0 = broadcast(F, x.get(FLOAT, a)).fma(v, c0);
        c1 = broadcast(F, x.get(FLOAT, a + 4)).fma(v, c1);
        c2 = broadcast(F, x.get(FLOAT, a + 8)).fma(v, c2);
        c3 = broadcast(F, x.get(FLOAT, a + 12)).fma(v, c3);
        c4 = broadcast(F, x.get(FLOAT, a + 16)).fma(v, c4);
        c5 = broadcast(F, x.get(FLOAT, a + 20)).fma(v, c5);
        c6 = broadcast(F, x.get(FLOAT, a + 24)).fma(v, c6);
        c7 = broadcast(F, x.get(FLOAT, a + 28)).fma(v, c7);
      }
    }
    fromMemorySegment(F, sums, at, ORDER).add(c0).intoMemorySegment(sums, at, ORDER);
    fromMemorySegment(F, sums, at + 1 * W, ORDER)
        .add(c1)
        .intoMemorySegment(sums, at + 1 * W, ORDER);
    fromMemorySegment(F, sums, at + 2 * W, ORDER)
        .add(c2)
        .intoMemorySegment(sums, at + 2 * W, ORDER);
    fromMemorySegment(F, sums, at + 3 * W, ORDER)
        .add(c3)
        .intoMemorySegment(sums, at + 3 * W, ORDER);
    fromMemorySegment(F, sums, at + 4 * W, ORDER)
        .add(c4)
        .intoMemorySegment(sums, at + 4 * W, ORDER);
    fromMemorySegment(F, sums, at + 5 * W, ORDER)
        .add(c5)
        .intoMemorySegment(sums, at + 5 * W, ORDER);
    fromMemorySegment(F, sums, at + 6 * W, ORDER)
        .add(c6)
        .intoMemorySegment(sums, at + 6 * W, ORDER);
    fromMemorySegment(F, sums, at + 7 * W, ORDER)
        .add(c7)
        .intoMemorySegment(sums, at + 7 * W, ORDER);
  }
}
