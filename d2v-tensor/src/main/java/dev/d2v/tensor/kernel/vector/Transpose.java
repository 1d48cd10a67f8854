package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// Transposes matrices, a square of as many rows as a vector has lanes at a time. In registers:
/// step h exchanges, for every two rows whose numbers differ in bit h alone, the elements where the
/// bits h of row and column differ. Element by element it takes nine times as long.
final class Transpose {
  private static final int V = F.length();
  static final VectorShuffle<Float> S1 = shuffle(1), S2 = shuffle(2);
  static final VectorShuffle<Float> S4 = shuffle(4), S8 = shuffle(8);
  static final VectorMask<Float> M1 = mask(1), M2 = mask(2), M4 = mask(4), M8 = mask(8);

  private Transpose() {}

  private static VectorShuffle<Float> shuffle(int h) {
    return VectorShuffle.fromOp(F, lane -> (lane ^ h) % V);
  }

  private static VectorMask<Float> mask(int h) {
    long bits = 0;
    for (int lane = 0; lane < V; lane++) {
      bits |= (lane & h) == 0 ? 0 : 1L << lane;
    }
    return VectorMask.fromLong(F, bits);
  }

  /// `y[at + j * step + i] = scale * x(i, j)` for at most as many rows i as a vector has lanes, and
  /// columns j in whole vectors; what fills the vectors of y repeats the last row of x.
  ///
  /// @param xs bytes from row to row in x
  static void rows(
      float[] y, int at, int step, long x, long xs, int rows, int columns, float scale) {
    for (int j = 0; j < columns; j += V) {
      block(y, at + j * step, step, x + 4L * j, xs, rows - 1, scale);
    }
  }

  /// One square.
  ///
  /// @param last number of the last row of x
  private static void block(float[] y, int at, int step, long x, long xs, int last, float scale) {
    switch (V) {
      case 16 -> block16(y, at, step, x, xs, last, scale);
      case 8 -> block8(y, at, step, x, xs, last, scale);
      case 4 -> block4(y, at, step, x, xs, last, scale);
      default -> elements(y, at, step, x, xs, last, scale);
    }
  }

  private static void elements(
      float[] y, int at, int step, long x, long xs, int last, float scale) {
    for (int i = 0; i < V; i++) {
      for (int j = 0; j < V; j++) {
        float value = Native.get(x + xs * Math.min(i, last) + 4L * j) * scale;
        y[at + j * step + i] = value;
      }
    }
  }

  private static void block16(float[] y, int at, int step, long x, long xs, int last, float scale) {
    FloatVector r0 = fromMemorySegment(F, ALL, x, ORDER).mul(scale);
    FloatVector r1 = fromMemorySegment(F, ALL, x + xs * Math.min(1, last), ORDER).mul(scale);
    FloatVector r2 = fromMemorySegment(F, ALL, x + xs * Math.min(2, last), ORDER).mul(scale);
    FloatVector r3 = fromMemorySegment(F, ALL, x + xs * Math.min(3, last), ORDER).mul(scale);
    FloatVector r4 = fromMemorySegment(F, ALL, x + xs * Math.min(4, last), ORDER).mul(scale);
    FloatVector r5 = fromMemorySegment(F, ALL, x + xs * Math.min(5, last), ORDER).mul(scale);
    FloatVector r6 = fromMemorySegment(F, ALL, x + xs * Math.min(6, last), ORDER).mul(scale);
    FloatVector r7 = fromMemorySegment(F, ALL, x + xs * Math.min(7, last), ORDER).mul(scale);
    FloatVector r8 = fromMemorySegment(F, ALL, x + xs * Math.min(8, last), ORDER).mul(scale);
    FloatVector r9 = fromMemorySegment(F, ALL, x + xs * Math.min(9, last), ORDER).mul(scale);
    FloatVector r10 = fromMemorySegment(F, ALL, x + xs * Math.min(10, last), ORDER).mul(scale);
    FloatVector r11 = fromMemorySegment(F, ALL, x + xs * Math.min(11, last), ORDER).mul(scale);
    FloatVector r12 = fromMemorySegment(F, ALL, x + xs * Math.min(12, last), ORDER).mul(scale);
    FloatVector r13 = fromMemorySegment(F, ALL, x + xs * Math.min(13, last), ORDER).mul(scale);
    FloatVector r14 = fromMemorySegment(F, ALL, x + xs * Math.min(14, last), ORDER).mul(scale);
    FloatVector r15 = fromMemorySegment(F, ALL, x + xs * Math.min(15, last), ORDER).mul(scale);
    FloatVector a0 = r0.blend(r8.rearrange(S8), M8), a8 = r0.rearrange(S8).blend(r8, M8);
    FloatVector a1 = r1.blend(r9.rearrange(S8), M8), a9 = r1.rearrange(S8).blend(r9, M8);
    FloatVector a2 = r2.blend(r10.rearrange(S8), M8), a10 = r2.rearrange(S8).blend(r10, M8);
    FloatVector a3 = r3.blend(r11.rearrange(S8), M8), a11 = r3.rearrange(S8).blend(r11, M8);
    FloatVector a4 = r4.blend(r12.rearrange(S8), M8), a12 = r4.rearrange(S8).blend(r12, M8);
    FloatVector a5 = r5.blend(r13.rearrange(S8), M8), a13 = r5.rearrange(S8).blend(r13, M8);
    FloatVector a6 = r6.blend(r14.rearrange(S8), M8), a14 = r6.rearrange(S8).blend(r14, M8);
    FloatVector a7 = r7.blend(r15.rearrange(S8), M8), a15 = r7.rearrange(S8).blend(r15, M8);
    FloatVector b0 = a0.blend(a4.rearrange(S4), M4), b4 = a0.rearrange(S4).blend(a4, M4);
    FloatVector b1 = a1.blend(a5.rearrange(S4), M4), b5 = a1.rearrange(S4).blend(a5, M4);
    FloatVector b2 = a2.blend(a6.rearrange(S4), M4), b6 = a2.rearrange(S4).blend(a6, M4);
    FloatVector b3 = a3.blend(a7.rearrange(S4), M4), b7 = a3.rearrange(S4).blend(a7, M4);
    FloatVector b8 = a8.blend(a12.rearrange(S4), M4), b12 = a8.rearrange(S4).blend(a12, M4);
    FloatVector b9 = a9.blend(a13.rearrange(S4), M4), b13 = a9.rearrange(S4).blend(a13, M4);
    FloatVector b10 = a10.blend(a14.rearrange(S4), M4), b14 = a10.rearrange(S4).blend(a14, M4);
    FloatVector b11 = a11.blend(a15.rearrange(S4), M4), b15 = a11.rearrange(S4).blend(a15, M4);
    FloatVector c0 = b0.blend(b2.rearrange(S2), M2), c2 = b0.rearrange(S2).blend(b2, M2);
    FloatVector c1 = b1.blend(b3.rearrange(S2), M2), c3 = b1.rearrange(S2).blend(b3, M2);
    FloatVector c4 = b4.blend(b6.rearrange(S2), M2), c6 = b4.rearrange(S2).blend(b6, M2);
    FloatVector c5 = b5.blend(b7.rearrange(S2), M2), c7 = b5.rearrange(S2).blend(b7, M2);
    FloatVector c8 = b8.blend(b10.rearrange(S2), M2), c10 = b8.rearrange(S2).blend(b10, M2);
    FloatVector c9 = b9.blend(b11.rearrange(S2), M2), c11 = b9.rearrange(S2).blend(b11, M2);
    FloatVector c12 = b12.blend(b14.rearrange(S2), M2), c14 = b12.rearrange(S2).blend(b14, M2);
    FloatVector c13 = b13.blend(b15.rearrange(S2), M2), c15 = b13.rearrange(S2).blend(b15, M2);
    c0.blend(c1.rearrange(S1), M1).intoArray(y, at);
    c0.rearrange(S1).blend(c1, M1).intoArray(y, at + step);
    c2.blend(c3.rearrange(S1), M1).intoArray(y, at + 2 * step);
    c2.rearrange(S1).blend(c3, M1).intoArray(y, at + 3 * step);
    c4.blend(c5.rearrange(S1), M1).intoArray(y, at + 4 * step);
    c4.rearrange(S1).blend(c5, M1).intoArray(y, at + 5 * step);
    c6.blend(c7.rearrange(S1), M1).intoArray(y, at + 6 * step);
    c6.rearrange(S1).blend(c7, M1).intoArray(y, at + 7 * step);
    c8.blend(c9.rearrange(S1), M1).intoArray(y, at + 8 * step);
    c8.rearrange(S1).blend(c9, M1).intoArray(y, at + 9 * step);
    c10.blend(c11.rearrange(S1), M1).intoArray(y, at + 10 * step);
    c10.rearrange(S1).blend(c11, M1).intoArray(y, at + 11 * step);
    c12.blend(c13.rearrange(S1), M1).intoArray(y, at + 12 * step);
    c12.rearrange(S1).blend(c13, M1).intoArray(y, at + 13 * step);
    c14.blend(c15.rearrange(S1), M1).intoArray(y, at + 14 * step);
    c14.rearrange(S1).blend(c15, M1).intoArray(y, at + 15 * step);
  }

  private static void block8(float[] y, int at, int step, long x, long xs, int last, float scale) {
    FloatVector r0 = fromMemorySegment(F, ALL, x, ORDER).mul(scale);
    FloatVector r1 = fromMemorySegment(F, ALL, x + xs * Math.min(1, last), ORDER).mul(scale);
    FloatVector r2 = fromMemorySegment(F, ALL, x + xs * Math.min(2, last), ORDER).mul(scale);
    FloatVector r3 = fromMemorySegment(F, ALL, x + xs * Math.min(3, last), ORDER).mul(scale);
    FloatVector r4 = fromMemorySegment(F, ALL, x + xs * Math.min(4, last), ORDER).mul(scale);
    FloatVector r5 = fromMemorySegment(F, ALL, x + xs * Math.min(5, last), ORDER).mul(scale);
    FloatVector r6 = fromMemorySegment(F, ALL, x + xs * Math.min(6, last), ORDER).mul(scale);
    FloatVector r7 = fromMemorySegment(F, ALL, x + xs * Math.min(7, last), ORDER).mul(scale);
    FloatVector a0 = r0.blend(r4.rearrange(S4), M4), a4 = r0.rearrange(S4).blend(r4, M4);
    FloatVector a1 = r1.blend(r5.rearrange(S4), M4), a5 = r1.rearrange(S4).blend(r5, M4);
    FloatVector a2 = r2.blend(r6.rearrange(S4), M4), a6 = r2.rearrange(S4).blend(r6, M4);
    FloatVector a3 = r3.blend(r7.rearrange(S4), M4), a7 = r3.rearrange(S4).blend(r7, M4);
    FloatVector b0 = a0.blend(a2.rearrange(S2), M2), b2 = a0.rearrange(S2).blend(a2, M2);
    FloatVector b1 = a1.blend(a3.rearrange(S2), M2), b3 = a1.rearrange(S2).blend(a3, M2);
    FloatVector b4 = a4.blend(a6.rearrange(S2), M2), b6 = a4.rearrange(S2).blend(a6, M2);
    FloatVector b5 = a5.blend(a7.rearrange(S2), M2), b7 = a5.rearrange(S2).blend(a7, M2);
    b0.blend(b1.rearrange(S1), M1).intoArray(y, at);
    b0.rearrange(S1).blend(b1, M1).intoArray(y, at + step);
    b2.blend(b3.rearrange(S1), M1).intoArray(y, at + 2 * step);
    b2.rearrange(S1).blend(b3, M1).intoArray(y, at + 3 * step);
    b4.blend(b5.rearrange(S1), M1).intoArray(y, at + 4 * step);
    b4.rearrange(S1).blend(b5, M1).intoArray(y, at + 5 * step);
    b6.blend(b7.rearrange(S1), M1).intoArray(y, at + 6 * step);
    b6.rearrange(S1).blend(b7, M1).intoArray(y, at + 7 * step);
  }

  private static void block4(float[] y, int at, int step, long x, long xs, int last, float scale) {
    FloatVector r0 = fromMemorySegment(F, ALL, x, ORDER).mul(scale);
    FloatVector r1 = fromMemorySegment(F, ALL, x + xs * Math.min(1, last), ORDER).mul(scale);
    FloatVector r2 = fromMemorySegment(F, ALL, x + xs * Math.min(2, last), ORDER).mul(scale);
    FloatVector r3 = fromMemorySegment(F, ALL, x + xs * Math.min(3, last), ORDER).mul(scale);
    FloatVector a0 = r0.blend(r2.rearrange(S2), M2), a2 = r0.rearrange(S2).blend(r2, M2);
    FloatVector a1 = r1.blend(r3.rearrange(S2), M2), a3 = r1.rearrange(S2).blend(r3, M2);
    a0.blend(a1.rearrange(S1), M1).intoArray(y, at);
    a0.rearrange(S1).blend(a1, M1).intoArray(y, at + step);
    a2.blend(a3.rearrange(S1), M1).intoArray(y, at + 2 * step);
    a2.rearrange(S1).blend(a3, M1).intoArray(y, at + 3 * step);
  }
}
