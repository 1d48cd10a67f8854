package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DISTANCE;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// The micro-kernels of [DotGemm]: products of 5 rows of a by 4 rows of b, or 2 with 16 vector
/// registers, lane by lane along the inner dimension. 9 loads for 20 products; sums of lanes are
/// left to [LaneSums].
@SuppressWarnings("AssignmentExpression") // one line a product keeps a kernel on one screen
final class DotTile {
  /// Rows of a.
  static final int ROWS = 5;

  /// Rows of b.
  static final int ACROSS = GemmTile.ROWS == 12 ? 4 : 2;

  /// The most columns of a.
  static final int COLUMNS = ACROSS == 4 ? Integer.MAX_VALUE : Strips.LONGEST;

  /// Floats behind a row of a, lest rows fall on the same sets of the cache.
  private static final int GAP = 16;

  private DotTile() {}

  /// Floats from a row of a, of k columns, to the next.
  static int distance(int k) {
    return ACROSS == 4 ? k + GAP : DISTANCE;
  }

  /// Lane l of `sums[at + (i V + j) V]` is the sum of `a(i,p) b(j,p)` over all p of which l is the
  /// remainder by V.
  ///
  /// @param a rows from `ap` on, `lda` from one to the next as [#distance] says; `last` is the
  ///   number of the last one, and behind it there is memory for five
  /// @param b address of the first row, `ldb` bytes before the next
  /// @param k columns, in whole vectors
  static void products(
      float[] sums, int at, float[] a, int ap, int lda, int last, long b, long ldb, int k) {
    if (ACROSS == 4) {
      four(sums, at, a, ap, lda, last, b, ldb, k);
    } else {
      two(sums, at, a, ap, b, ldb, k);
    }
  }

  private static void four(
      float[] sums, int at, float[] a, int ap, int lda, int last, long b, long ldb, int k) {
    int a1 = ap + lda * Math.min(1, last), a2 = ap + lda * Math.min(2, last);
    int a3 = ap + lda * Math.min(3, last), a4 = ap + lda * Math.min(4, last);
    FloatVector o = zero(F), v, c00 = o, c01 = o, c02 = o, c03 = o;
    FloatVector c10 = o, c11 = o, c12 = o, c13 = o;
    FloatVector c20 = o, c21 = o, c22 = o, c23 = o;
    FloatVector c30 = o, c31 = o, c32 = o, c33 = o;
    FloatVector c40 = o, c41 = o, c42 = o, c43 = o;
    for (int p = 0; p < k; p += V) {
      long bp = b + 4L * p;
      FloatVector b0 = fromMemorySegment(F, ALL, bp, ORDER);
      FloatVector b1 = fromMemorySegment(F, ALL, bp + ldb, ORDER);
      FloatVector b2 = fromMemorySegment(F, ALL, bp + 2 * ldb, ORDER);
      FloatVector b3 = fromMemorySegment(F, ALL, bp + 3 * ldb, ORDER);
      c00 = (v = fromArray(F, a, ap + p)).fma(b0, c00);
      c01 = v.fma(b1, c01);
      c02 = v.fma(b2, c02);
      c03 = v.fma(b3, c03);
      c10 = (v = fromArray(F, a, a1 + p)).fma(b0, c10);
      c11 = v.fma(b1, c11);
      c12 = v.fma(b2, c12);
      c13 = v.fma(b3, c13);
      c20 = (v = fromArray(F, a, a2 + p)).fma(b0, c20);
      c21 = v.fma(b1, c21);
      c22 = v.fma(b2, c22);
      c23 = v.fma(b3, c23);
      c30 = (v = fromArray(F, a, a3 + p)).fma(b0, c30);
      c31 = v.fma(b1, c31);
      c32 = v.fma(b2, c32);
      c33 = v.fma(b3, c33);
      c40 = (v = fromArray(F, a, a4 + p)).fma(b0, c40);
      c41 = v.fma(b1, c41);
      c42 = v.fma(b2, c42);
      c43 = v.fma(b3, c43);
    }
    c00.intoArray(sums, at);
    c01.intoArray(sums, at + V);
    c02.intoArray(sums, at + 2 * V);
    c03.intoArray(sums, at + 3 * V);
    c10.intoArray(sums, at + V * V);
    c11.intoArray(sums, at + V * V + V);
    c12.intoArray(sums, at + V * V + 2 * V);
    c13.intoArray(sums, at + V * V + 3 * V);
    c20.intoArray(sums, at + 2 * V * V);
    c21.intoArray(sums, at + 2 * V * V + V);
    c22.intoArray(sums, at + 2 * V * V + 2 * V);
    c23.intoArray(sums, at + 2 * V * V + 3 * V);
    c30.intoArray(sums, at + 3 * V * V);
    c31.intoArray(sums, at + 3 * V * V + V);
    c32.intoArray(sums, at + 3 * V * V + 2 * V);
    c33.intoArray(sums, at + 3 * V * V + 3 * V);
    c40.intoArray(sums, at + 4 * V * V);
    c41.intoArray(sums, at + 4 * V * V + V);
    c42.intoArray(sums, at + 4 * V * V + 2 * V);
    c43.intoArray(sums, at + 4 * V * V + 3 * V);
  }

  /// The mask is for the reason that [GemmTile5] gives.
  private static void two(float[] sums, int at, float[] a, int ap, long b, long ldb, int k) {
    int mask = GemmTile5.mask(k);
    FloatVector o = zero(F), v, c00 = o, c01 = o;
    FloatVector c10 = o, c11 = o;
    FloatVector c20 = o, c21 = o;
    FloatVector c30 = o, c31 = o;
    FloatVector c40 = o, c41 = o;
    for (int p = 0; p < k; p += V) {
      int q = ap + (p & mask);
      long bp = b + 4L * p;
      FloatVector b0 = fromMemorySegment(F, ALL, bp, ORDER);
      FloatVector b1 = fromMemorySegment(F, ALL, bp + ldb, ORDER);
      c00 = (v = fromArray(F, a, q)).fma(b0, c00);
      c01 = v.fma(b1, c01);
      c10 = (v = fromArray(F, a, q + DISTANCE)).fma(b0, c10);
      c11 = v.fma(b1, c11);
      c20 = (v = fromArray(F, a, q + 2 * DISTANCE)).fma(b0, c20);
      c21 = v.fma(b1, c21);
      c30 = (v = fromArray(F, a, q + 3 * DISTANCE)).fma(b0, c30);
      c31 = v.fma(b1, c31);
      c40 = (v = fromArray(F, a, q + 4 * DISTANCE)).fma(b0, c40);
      c41 = v.fma(b1, c41);
    }
    c00.intoArray(sums, at);
    c01.intoArray(sums, at + V);
    c10.intoArray(sums, at + V * V);
    c11.intoArray(sums, at + V * V + V);
    c20.intoArray(sums, at + 2 * V * V);
    c21.intoArray(sums, at + 2 * V * V + V);
    c30.intoArray(sums, at + 3 * V * V);
    c31.intoArray(sums, at + 3 * V * V + V);
    c40.intoArray(sums, at + 4 * V * V);
    c41.intoArray(sums, at + 4 * V * V + V);
  }
}
