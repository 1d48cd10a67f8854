package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.zero;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/// Micro-kernels of the convolutions: a run of neighbouring positions by one vector of output channels, over all taps
/// and input channels. In a [ConvPanel] neighbours are 64 bytes apart, so every input is a constant offset from one
/// register: per tap and channel one vector of weights and a product a position.
final class ConvTile {
  /// Positions of the forward tile: half of the registers and no more than 16.
  static final int POSITIONS = F.length() >= 16 ? 16 : 8;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final long W = 4L * F.length();

  private ConvTile() {}

  /// `out[j] = sum over taps and channels of x[position + j] * w` for [#POSITIONS] positions, a vector each.
  static void forward(
      MemorySegment x, long xAt, ConvPanel p, MemorySegment w, long wAt, MemorySegment out, long at) {
    if (POSITIONS == 16) {
      forward16(x, xAt, p, w, wAt, out, at);
    } else {
      forward8(x, xAt, p, w, wAt, out, at);
    }
  }

  /// `sums[i] += sum over positions of x[position, i] * dy[position]` for the 16 channels of a block, a vector each.
  static void backward(
      MemorySegment x, long xAt, ConvPanel p, MemorySegment dy, long dyAt, MemorySegment sums, long at) {
    if (POSITIONS == 16) {
      backward16(x, xAt, p, dy, dyAt, sums, at);
    } else {
      backward8(x, xAt, p, dy, dyAt, sums, at);
      backward8(x, xAt + 32, p, dy, dyAt, sums, at + 8 * W);
    }
  }

  /// 16 positions by one vector of output channels.
  static void forward16(
      MemorySegment x, long xAt, ConvPanel p, MemorySegment w, long wAt, MemorySegment out, long at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    FloatVector c8 = z, c9 = z, c10 = z, c11 = z, c12 = z, c13 = z, c14 = z, c15 = z;
    long b = wAt;
    for (int r = 0; r < p.kernelHeight(); r++) {
      for (int s = 0; s < p.kernelWidth(); s++) {
        for (int block = 0; block < p.inBlocks(); block++) {
          long from = xAt + block * p.blockBytes() + r * p.rowBytes() + 64L * s;
          long to = from + 4L * p.channelsOf(block);
          for (long a = from; a < to; a += 4) {
            FloatVector v = load(w, b);
            b += W;
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
  static void forward8(
      MemorySegment x, long xAt, ConvPanel p, MemorySegment w, long wAt, MemorySegment out, long at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    long b = wAt;
    for (int r = 0; r < p.kernelHeight(); r++) {
      for (int s = 0; s < p.kernelWidth(); s++) {
        for (int block = 0; block < p.inBlocks(); block++) {
          long from = xAt + block * p.blockBytes() + r * p.rowBytes() + 64L * s;
          long to = from + 4L * p.channelsOf(block);
          for (long a = from; a < to; a += 4) {
            FloatVector v = load(w, b);
            b += W;
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

  /// Adds to the gradient of 16 input channels' weights to one vector of output channels, for one tap.
  static void backward16(
      MemorySegment x, long xAt, ConvPanel p, MemorySegment dy, long dyAt, MemorySegment sums, long at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    FloatVector c8 = z, c9 = z, c10 = z, c11 = z, c12 = z, c13 = z, c14 = z, c15 = z;
    for (int row = 0; row < p.outHeight(); row++) {
      long a = xAt + row * p.rowBytes();
      long b = dyAt + (long) row * p.slots() * W;
      for (int slot = 0; slot < p.slots(); slot++, a += 64, b += W) {
        FloatVector v = load(dy, b);
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
    add(c0, sums, at);
    add(c1, sums, at + 1 * W);
    add(c2, sums, at + 2 * W);
    add(c3, sums, at + 3 * W);
    add(c4, sums, at + 4 * W);
    add(c5, sums, at + 5 * W);
    add(c6, sums, at + 6 * W);
    add(c7, sums, at + 7 * W);
    add(c8, sums, at + 8 * W);
    add(c9, sums, at + 9 * W);
    add(c10, sums, at + 10 * W);
    add(c11, sums, at + 11 * W);
    add(c12, sums, at + 12 * W);
    add(c13, sums, at + 13 * W);
    add(c14, sums, at + 14 * W);
    add(c15, sums, at + 15 * W);
  }

  /// Adds to the gradient of 8 input channels' weights to one vector of output channels, for one tap.
  static void backward8(
      MemorySegment x, long xAt, ConvPanel p, MemorySegment dy, long dyAt, MemorySegment sums, long at) {
    FloatVector z = zero(F);
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    for (int row = 0; row < p.outHeight(); row++) {
      long a = xAt + row * p.rowBytes();
      long b = dyAt + (long) row * p.slots() * W;
      for (int slot = 0; slot < p.slots(); slot++, a += 64, b += W) {
        FloatVector v = load(dy, b);
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
    add(c0, sums, at);
    add(c1, sums, at + 1 * W);
    add(c2, sums, at + 2 * W);
    add(c3, sums, at + 3 * W);
    add(c4, sums, at + 4 * W);
    add(c5, sums, at + 5 * W);
    add(c6, sums, at + 6 * W);
    add(c7, sums, at + 7 * W);
  }

  private static FloatVector load(MemorySegment s, long at) {
    return FloatVector.fromMemorySegment(F, s, at, ORDER);
  }

  private static void add(FloatVector v, MemorySegment sums, long at) {
    load(sums, at).add(v).intoMemorySegment(sums, at, ORDER);
  }
}
