package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.FLOAT;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;

/// Micro-kernels of [AttentionMatrix]: a tile of `c = from + a b`, 4 rows by 1 or 2 vectors, in
/// registers while the inner dimension runs.
///
/// `from` is the result itself, or zeros; a branch between the two would put vectors on the heap.
/// With fewer rows than 4, `last` is the number of the last one, and the others repeat it. Eight
/// sums are enough to hide the latency of a product, and six loads for eight products do not hold
/// them up; taller tiles were measured to be no faster, and waste more where there are few rows.
/// Four addresses run along a, so it may lie either way.
final class AttentionTile {
  /// Rows of a tile.
  static final int ROWS = 4;

  private static final long W = F.vectorByteSize();

  private AttentionTile() {}

  /// Two vectors wide.
  ///
  /// @param last number of the last row
  /// @param cs bytes from row to row in c
  /// @param fs bytes from row to row in `from`
  /// @param down bytes in a from one row of c to the next
  /// @param along bytes in a from one step to the next
  /// @param bs bytes in b from one step to the next
  /// @param k steps
  static void two(
      int last,
      long c,
      long cs,
      long from,
      long fs,
      long a,
      long down,
      long along,
      long b,
      long bs,
      int k) {
    int i1 = Math.min(1, last), i2 = Math.min(2, last), i3 = Math.min(3, last);
    long a1 = a + i1 * down, a2 = a + i2 * down, a3 = a + i3 * down;
    long f1 = from + i1 * fs, f2 = from + i2 * fs, f3 = from + i3 * fs;
    FloatVector c00 = fromMemorySegment(F, ALL, from, ORDER);
    FloatVector c01 = fromMemorySegment(F, ALL, from + W, ORDER);
    FloatVector c10 = fromMemorySegment(F, ALL, f1, ORDER);
    FloatVector c11 = fromMemorySegment(F, ALL, f1 + W, ORDER);
    FloatVector c20 = fromMemorySegment(F, ALL, f2, ORDER);
    FloatVector c21 = fromMemorySegment(F, ALL, f2 + W, ORDER);
    FloatVector c30 = fromMemorySegment(F, ALL, f3, ORDER);
    FloatVector c31 = fromMemorySegment(F, ALL, f3 + W, ORDER);
    for (int p = 0; p < k; p++) {
      long x = along * p, bp = b + bs * p;
      FloatVector b0 = fromMemorySegment(F, ALL, bp, ORDER);
      FloatVector b1 = fromMemorySegment(F, ALL, bp + W, ORDER);
      FloatVector v = broadcast(F, ALL.get(FLOAT, a + x));
      c00 = v.fma(b0, c00);
      c01 = v.fma(b1, c01);
      v = broadcast(F, ALL.get(FLOAT, a1 + x));
      c10 = v.fma(b0, c10);
      c11 = v.fma(b1, c11);
      v = broadcast(F, ALL.get(FLOAT, a2 + x));
      c20 = v.fma(b0, c20);
      c21 = v.fma(b1, c21);
      v = broadcast(F, ALL.get(FLOAT, a3 + x));
      c30 = v.fma(b0, c30);
      c31 = v.fma(b1, c31);
    }
    long c1 = c + i1 * cs, c2 = c + i2 * cs, c3 = c + i3 * cs;
    c00.intoMemorySegment(ALL, c, ORDER);
    c01.intoMemorySegment(ALL, c + W, ORDER);
    c10.intoMemorySegment(ALL, c1, ORDER);
    c11.intoMemorySegment(ALL, c1 + W, ORDER);
    c20.intoMemorySegment(ALL, c2, ORDER);
    c21.intoMemorySegment(ALL, c2 + W, ORDER);
    c30.intoMemorySegment(ALL, c3, ORDER);
    c31.intoMemorySegment(ALL, c3 + W, ORDER);
  }

  /// One vector wide; see [#two].
  static void one(
      int last,
      long c,
      long cs,
      long from,
      long fs,
      long a,
      long down,
      long along,
      long b,
      long bs,
      int k) {
    int i1 = Math.min(1, last), i2 = Math.min(2, last), i3 = Math.min(3, last);
    long a1 = a + i1 * down, a2 = a + i2 * down, a3 = a + i3 * down;
    FloatVector c0 = fromMemorySegment(F, ALL, from, ORDER);
    FloatVector c1 = fromMemorySegment(F, ALL, from + i1 * fs, ORDER);
    FloatVector c2 = fromMemorySegment(F, ALL, from + i2 * fs, ORDER);
    FloatVector c3 = fromMemorySegment(F, ALL, from + i3 * fs, ORDER);
    for (int p = 0; p < k; p++) {
      long x = along * p;
      FloatVector b0 = fromMemorySegment(F, ALL, b + bs * p, ORDER);
      c0 = broadcast(F, ALL.get(FLOAT, a + x)).fma(b0, c0);
      c1 = broadcast(F, ALL.get(FLOAT, a1 + x)).fma(b0, c1);
      c2 = broadcast(F, ALL.get(FLOAT, a2 + x)).fma(b0, c2);
      c3 = broadcast(F, ALL.get(FLOAT, a3 + x)).fma(b0, c3);
    }
    c0.intoMemorySegment(ALL, c, ORDER);
    c1.intoMemorySegment(ALL, c + i1 * cs, ORDER);
    c2.intoMemorySegment(ALL, c + i2 * cs, ORDER);
    c3.intoMemorySegment(ALL, c + i3 * cs, ORDER);
  }
}
