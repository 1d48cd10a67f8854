package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.I;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Widening.B;
import static dev.d2v.tensor.kernel.vector.Widening.S;
import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.ShortVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The inner product of [StoredFewRows]: 8 rows of a by 2 rows of a stored weight, along both. The
/// 16 sums are vectors of partial sums, added to those in memory; 8 loads of a, and 2 of the
/// weight, which are widened on the way, for 16 products. A low tile has 4 by 4.
///
/// Straight-line code over locals, and arrays but for the weight, for the reasons that [GemmTile12]
/// gives.
@SuppressWarnings("AssignmentExpression") // as in GemmTile12
final class StoredTile {
  /// Rows of a.
  static final int HEIGHT = 8;

  /// Rows of the weight.
  static final int ACROSS = 2;

  /// Rows of a, and of the weight, of the tile for what is left behind whole ones: half the work
  /// where 8 rows would be computed for one.
  static final int LOW = 4;

  /// Floats of the sums of a row of a and V rows of the weight.
  static final int SQUARE = V * V;

  private StoredTile() {}

  /// Of I8 values, without their factors.
  ///
  /// @param to the sums: those of row i and weight row j from `tt + SQUARE * i + V * j` on
  /// @param a a strip from `at` on: element (i, p) at `p / V * HEIGHT * V + V * i + p % V`
  /// @param w address of the first of the weight's rows
  /// @param ld bytes from one of them to the next
  /// @param k values of a row, whole vectors
  static void bytes(float[] to, int tt, float[] a, int at, long w, long ld, int k) {
    FloatVector x;
    FloatVector c00 = fromArray(F, to, tt);
    FloatVector c01 = fromArray(F, to, tt + V);
    FloatVector c10 = fromArray(F, to, tt + SQUARE);
    FloatVector c11 = fromArray(F, to, tt + SQUARE + V);
    FloatVector c20 = fromArray(F, to, tt + 2 * SQUARE);
    FloatVector c21 = fromArray(F, to, tt + 2 * SQUARE + V);
    FloatVector c30 = fromArray(F, to, tt + 3 * SQUARE);
    FloatVector c31 = fromArray(F, to, tt + 3 * SQUARE + V);
    FloatVector c40 = fromArray(F, to, tt + 4 * SQUARE);
    FloatVector c41 = fromArray(F, to, tt + 4 * SQUARE + V);
    FloatVector c50 = fromArray(F, to, tt + 5 * SQUARE);
    FloatVector c51 = fromArray(F, to, tt + 5 * SQUARE + V);
    FloatVector c60 = fromArray(F, to, tt + 6 * SQUARE);
    FloatVector c61 = fromArray(F, to, tt + 6 * SQUARE + V);
    FloatVector c70 = fromArray(F, to, tt + 7 * SQUARE);
    FloatVector c71 = fromArray(F, to, tt + 7 * SQUARE + V);
    for (int p = 0; p < k; p += V) {
      int ap = at + HEIGHT * p;
      long wp = w + p;
      var w0 = (FloatVector) fromMemorySegment(B, ALL, wp, ORDER).convertShape(B2F, F, 0);
      var w1 = (FloatVector) fromMemorySegment(B, ALL, wp + ld, ORDER).convertShape(B2F, F, 0);
      c00 = (x = fromArray(F, a, ap)).fma(w0, c00);
      c01 = x.fma(w1, c01);
      c10 = (x = fromArray(F, a, ap + V)).fma(w0, c10);
      c11 = x.fma(w1, c11);
      c20 = (x = fromArray(F, a, ap + 2 * V)).fma(w0, c20);
      c21 = x.fma(w1, c21);
      c30 = (x = fromArray(F, a, ap + 3 * V)).fma(w0, c30);
      c31 = x.fma(w1, c31);
      c40 = (x = fromArray(F, a, ap + 4 * V)).fma(w0, c40);
      c41 = x.fma(w1, c41);
      c50 = (x = fromArray(F, a, ap + 5 * V)).fma(w0, c50);
      c51 = x.fma(w1, c51);
      c60 = (x = fromArray(F, a, ap + 6 * V)).fma(w0, c60);
      c61 = x.fma(w1, c61);
      c70 = (x = fromArray(F, a, ap + 7 * V)).fma(w0, c70);
      c71 = x.fma(w1, c71);
    }
    c00.intoArray(to, tt);
    c01.intoArray(to, tt + V);
    c10.intoArray(to, tt + SQUARE);
    c11.intoArray(to, tt + SQUARE + V);
    c20.intoArray(to, tt + 2 * SQUARE);
    c21.intoArray(to, tt + 2 * SQUARE + V);
    c30.intoArray(to, tt + 3 * SQUARE);
    c31.intoArray(to, tt + 3 * SQUARE + V);
    c40.intoArray(to, tt + 4 * SQUARE);
    c41.intoArray(to, tt + 4 * SQUARE + V);
    c50.intoArray(to, tt + 5 * SQUARE);
    c51.intoArray(to, tt + 5 * SQUARE + V);
    c60.intoArray(to, tt + 6 * SQUARE);
    c61.intoArray(to, tt + 6 * SQUARE + V);
    c70.intoArray(to, tt + 7 * SQUARE);
    c71.intoArray(to, tt + 7 * SQUARE + V);
  }

  /// The same of BF16 values.
  static void halves(float[] to, int tt, float[] a, int at, long w, long ld, int k) {
    FloatVector x;
    FloatVector c00 = fromArray(F, to, tt);
    FloatVector c01 = fromArray(F, to, tt + V);
    FloatVector c10 = fromArray(F, to, tt + SQUARE);
    FloatVector c11 = fromArray(F, to, tt + SQUARE + V);
    FloatVector c20 = fromArray(F, to, tt + 2 * SQUARE);
    FloatVector c21 = fromArray(F, to, tt + 2 * SQUARE + V);
    FloatVector c30 = fromArray(F, to, tt + 3 * SQUARE);
    FloatVector c31 = fromArray(F, to, tt + 3 * SQUARE + V);
    FloatVector c40 = fromArray(F, to, tt + 4 * SQUARE);
    FloatVector c41 = fromArray(F, to, tt + 4 * SQUARE + V);
    FloatVector c50 = fromArray(F, to, tt + 5 * SQUARE);
    FloatVector c51 = fromArray(F, to, tt + 5 * SQUARE + V);
    FloatVector c60 = fromArray(F, to, tt + 6 * SQUARE);
    FloatVector c61 = fromArray(F, to, tt + 6 * SQUARE + V);
    FloatVector c70 = fromArray(F, to, tt + 7 * SQUARE);
    FloatVector c71 = fromArray(F, to, tt + 7 * SQUARE + V);
    for (int p = 0; p < k; p += V) {
      int ap = at + HEIGHT * p;
      long wp = w + 2L * p;
      var h0 = (IntVector) fromMemorySegment(S, ALL, wp, ORDER).convertShape(S2I, I, 0);
      var h1 = (IntVector) fromMemorySegment(S, ALL, wp + ld, ORDER).convertShape(S2I, I, 0);
      FloatVector w0 = h0.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector w1 = h1.lanewise(LSHL, 16).reinterpretAsFloats();
      c00 = (x = fromArray(F, a, ap)).fma(w0, c00);
      c01 = x.fma(w1, c01);
      c10 = (x = fromArray(F, a, ap + V)).fma(w0, c10);
      c11 = x.fma(w1, c11);
      c20 = (x = fromArray(F, a, ap + 2 * V)).fma(w0, c20);
      c21 = x.fma(w1, c21);
      c30 = (x = fromArray(F, a, ap + 3 * V)).fma(w0, c30);
      c31 = x.fma(w1, c31);
      c40 = (x = fromArray(F, a, ap + 4 * V)).fma(w0, c40);
      c41 = x.fma(w1, c41);
      c50 = (x = fromArray(F, a, ap + 5 * V)).fma(w0, c50);
      c51 = x.fma(w1, c51);
      c60 = (x = fromArray(F, a, ap + 6 * V)).fma(w0, c60);
      c61 = x.fma(w1, c61);
      c70 = (x = fromArray(F, a, ap + 7 * V)).fma(w0, c70);
      c71 = x.fma(w1, c71);
    }
    c00.intoArray(to, tt);
    c01.intoArray(to, tt + V);
    c10.intoArray(to, tt + SQUARE);
    c11.intoArray(to, tt + SQUARE + V);
    c20.intoArray(to, tt + 2 * SQUARE);
    c21.intoArray(to, tt + 2 * SQUARE + V);
    c30.intoArray(to, tt + 3 * SQUARE);
    c31.intoArray(to, tt + 3 * SQUARE + V);
    c40.intoArray(to, tt + 4 * SQUARE);
    c41.intoArray(to, tt + 4 * SQUARE + V);
    c50.intoArray(to, tt + 5 * SQUARE);
    c51.intoArray(to, tt + 5 * SQUARE + V);
    c60.intoArray(to, tt + 6 * SQUARE);
    c61.intoArray(to, tt + 6 * SQUARE + V);
    c70.intoArray(to, tt + 7 * SQUARE);
    c71.intoArray(to, tt + 7 * SQUARE + V);
  }

  /// The same of at most [#LOW] rows of a by 4 of the weight: I8 values.
  static void lowBytes(float[] to, int tt, float[] a, int at, long w, long ld, int k) {
    FloatVector x;
    FloatVector c00 = fromArray(F, to, tt), c01 = fromArray(F, to, tt + V);
    FloatVector c02 = fromArray(F, to, tt + 2 * V), c03 = fromArray(F, to, tt + 3 * V);
    FloatVector c10 = fromArray(F, to, tt + SQUARE), c11 = fromArray(F, to, tt + SQUARE + V);
    FloatVector c12 = fromArray(F, to, tt + SQUARE + 2 * V),
        c13 = fromArray(F, to, tt + SQUARE + 3 * V);
    FloatVector c20 = fromArray(F, to, tt + 2 * SQUARE),
        c21 = fromArray(F, to, tt + 2 * SQUARE + V);
    FloatVector c22 = fromArray(F, to, tt + 2 * SQUARE + 2 * V),
        c23 = fromArray(F, to, tt + 2 * SQUARE + 3 * V);
    FloatVector c30 = fromArray(F, to, tt + 3 * SQUARE),
        c31 = fromArray(F, to, tt + 3 * SQUARE + V);
    FloatVector c32 = fromArray(F, to, tt + 3 * SQUARE + 2 * V),
        c33 = fromArray(F, to, tt + 3 * SQUARE + 3 * V);
    for (int p = 0; p < k; p += V) {
      int ap = at + HEIGHT * p;
      long wp = w + p;
      var w0 = (FloatVector) fromMemorySegment(B, ALL, wp, ORDER).convertShape(B2F, F, 0);
      var w1 = (FloatVector) fromMemorySegment(B, ALL, wp + ld, ORDER).convertShape(B2F, F, 0);
      var w2 = (FloatVector) fromMemorySegment(B, ALL, wp + 2 * ld, ORDER).convertShape(B2F, F, 0);
      var w3 = (FloatVector) fromMemorySegment(B, ALL, wp + 3 * ld, ORDER).convertShape(B2F, F, 0);
      c00 = (x = fromArray(F, a, ap)).fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      c03 = x.fma(w3, c03);
      c10 = (x = fromArray(F, a, ap + V)).fma(w0, c10);
      c11 = x.fma(w1, c11);
      c12 = x.fma(w2, c12);
      c13 = x.fma(w3, c13);
      c20 = (x = fromArray(F, a, ap + 2 * V)).fma(w0, c20);
      c21 = x.fma(w1, c21);
      c22 = x.fma(w2, c22);
      c23 = x.fma(w3, c23);
      c30 = (x = fromArray(F, a, ap + 3 * V)).fma(w0, c30);
      c31 = x.fma(w1, c31);
      c32 = x.fma(w2, c32);
      c33 = x.fma(w3, c33);
    }
    c00.intoArray(to, tt);
    c01.intoArray(to, tt + V);
    c02.intoArray(to, tt + 2 * V);
    c03.intoArray(to, tt + 3 * V);
    c10.intoArray(to, tt + SQUARE);
    c11.intoArray(to, tt + SQUARE + V);
    c12.intoArray(to, tt + SQUARE + 2 * V);
    c13.intoArray(to, tt + SQUARE + 3 * V);
    c20.intoArray(to, tt + 2 * SQUARE);
    c21.intoArray(to, tt + 2 * SQUARE + V);
    c22.intoArray(to, tt + 2 * SQUARE + 2 * V);
    c23.intoArray(to, tt + 2 * SQUARE + 3 * V);
    c30.intoArray(to, tt + 3 * SQUARE);
    c31.intoArray(to, tt + 3 * SQUARE + V);
    c32.intoArray(to, tt + 3 * SQUARE + 2 * V);
    c33.intoArray(to, tt + 3 * SQUARE + 3 * V);
  }

  /// The same of BF16 values.
  static void lowHalves(float[] to, int tt, float[] a, int at, long w, long ld, int k) {
    FloatVector x;
    FloatVector c00 = fromArray(F, to, tt), c01 = fromArray(F, to, tt + V);
    FloatVector c02 = fromArray(F, to, tt + 2 * V), c03 = fromArray(F, to, tt + 3 * V);
    FloatVector c10 = fromArray(F, to, tt + SQUARE), c11 = fromArray(F, to, tt + SQUARE + V);
    FloatVector c12 = fromArray(F, to, tt + SQUARE + 2 * V),
        c13 = fromArray(F, to, tt + SQUARE + 3 * V);
    FloatVector c20 = fromArray(F, to, tt + 2 * SQUARE),
        c21 = fromArray(F, to, tt + 2 * SQUARE + V);
    FloatVector c22 = fromArray(F, to, tt + 2 * SQUARE + 2 * V),
        c23 = fromArray(F, to, tt + 2 * SQUARE + 3 * V);
    FloatVector c30 = fromArray(F, to, tt + 3 * SQUARE),
        c31 = fromArray(F, to, tt + 3 * SQUARE + V);
    FloatVector c32 = fromArray(F, to, tt + 3 * SQUARE + 2 * V),
        c33 = fromArray(F, to, tt + 3 * SQUARE + 3 * V);
    for (int p = 0; p < k; p += V) {
      int ap = at + HEIGHT * p;
      long wp = w + 2L * p;
      var h0 = (IntVector) fromMemorySegment(S, ALL, wp, ORDER).convertShape(S2I, I, 0);
      var h1 = (IntVector) fromMemorySegment(S, ALL, wp + ld, ORDER).convertShape(S2I, I, 0);
      var h2 = (IntVector) fromMemorySegment(S, ALL, wp + 2 * ld, ORDER).convertShape(S2I, I, 0);
      var h3 = (IntVector) fromMemorySegment(S, ALL, wp + 3 * ld, ORDER).convertShape(S2I, I, 0);
      FloatVector w0 = h0.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector w1 = h1.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector w2 = h2.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector w3 = h3.lanewise(LSHL, 16).reinterpretAsFloats();
      c00 = (x = fromArray(F, a, ap)).fma(w0, c00);
      c01 = x.fma(w1, c01);
      c02 = x.fma(w2, c02);
      c03 = x.fma(w3, c03);
      c10 = (x = fromArray(F, a, ap + V)).fma(w0, c10);
      c11 = x.fma(w1, c11);
      c12 = x.fma(w2, c12);
      c13 = x.fma(w3, c13);
      c20 = (x = fromArray(F, a, ap + 2 * V)).fma(w0, c20);
      c21 = x.fma(w1, c21);
      c22 = x.fma(w2, c22);
      c23 = x.fma(w3, c23);
      c30 = (x = fromArray(F, a, ap + 3 * V)).fma(w0, c30);
      c31 = x.fma(w1, c31);
      c32 = x.fma(w2, c32);
      c33 = x.fma(w3, c33);
    }
    c00.intoArray(to, tt);
    c01.intoArray(to, tt + V);
    c02.intoArray(to, tt + 2 * V);
    c03.intoArray(to, tt + 3 * V);
    c10.intoArray(to, tt + SQUARE);
    c11.intoArray(to, tt + SQUARE + V);
    c12.intoArray(to, tt + SQUARE + 2 * V);
    c13.intoArray(to, tt + SQUARE + 3 * V);
    c20.intoArray(to, tt + 2 * SQUARE);
    c21.intoArray(to, tt + 2 * SQUARE + V);
    c22.intoArray(to, tt + 2 * SQUARE + 2 * V);
    c23.intoArray(to, tt + 2 * SQUARE + 3 * V);
    c30.intoArray(to, tt + 3 * SQUARE);
    c31.intoArray(to, tt + 3 * SQUARE + V);
    c32.intoArray(to, tt + 3 * SQUARE + 2 * V);
    c33.intoArray(to, tt + 3 * SQUARE + 3 * V);
  }
}
