package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.RowTile.load;
import static dev.d2v.tensor.kernel.vector.RowTile.splat;

import jdk.incubator.vector.FloatVector;

/// Micro-kernels of [Striped]: a tile of `c = a^T b` in registers while the inner dimension runs.
/// As [RowTile], but with a read by columns.
final class ColumnTile {
  private static final int V = Lanes.F.length();
  private static final int LD = Striped.LD;

  private ColumnTile() {}

  /// A tile of `c = a^T b`: row m of c is made from column m of a.
  ///
  /// @param rows 8 or 4
  /// @param vectors width of the panel b, 1 or 2
  static void columns(
      int rows, int vectors, float[] a, int at, float[] b, int bt, int k, float[] c, int ct) {
    if (rows == 8) {
      if (vectors == 2) {
        columns8x2(a, at, b, bt, k, c, ct);
      } else {
        columns8x1(a, at, b, bt, k, c, ct);
      }
    } else if (vectors == 2) {
      columns4x2(a, at, b, bt, k, c, ct);
    } else {
      columns4x1(a, at, b, bt, k, c, ct);
    }
  }

  private static void columns8x2(float[] a, int at, float[] b, int bt, int k, float[] c, int ct) {
    FloatVector zero = FloatVector.zero(Lanes.F);
    FloatVector c00 = zero, c01 = zero;
    FloatVector c10 = zero, c11 = zero;
    FloatVector c20 = zero, c21 = zero;
    FloatVector c30 = zero, c31 = zero;
    FloatVector c40 = zero, c41 = zero;
    FloatVector c50 = zero, c51 = zero;
    FloatVector c60 = zero, c61 = zero;
    FloatVector c70 = zero, c71 = zero;
    for (int p = 0; p < k; p++) {
      int ap = at + p * LD;
      int bp = bt + p * 2 * V;
      FloatVector b0 = load(b, bp);
      FloatVector b1 = load(b, bp + V);
      FloatVector a0 = splat(a, ap);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = splat(a, ap + 1);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = splat(a, ap + 2);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = splat(a, ap + 3);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = splat(a, ap + 4);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = splat(a, ap + 5);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = splat(a, ap + 6);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = splat(a, ap + 7);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
    }
    c00.intoArray(c, ct);
    c01.intoArray(c, ct + V);
    c10.intoArray(c, ct + 1 * LD);
    c11.intoArray(c, ct + 1 * LD + V);
    c20.intoArray(c, ct + 2 * LD);
    c21.intoArray(c, ct + 2 * LD + V);
    c30.intoArray(c, ct + 3 * LD);
    c31.intoArray(c, ct + 3 * LD + V);
    c40.intoArray(c, ct + 4 * LD);
    c41.intoArray(c, ct + 4 * LD + V);
    c50.intoArray(c, ct + 5 * LD);
    c51.intoArray(c, ct + 5 * LD + V);
    c60.intoArray(c, ct + 6 * LD);
    c61.intoArray(c, ct + 6 * LD + V);
    c70.intoArray(c, ct + 7 * LD);
    c71.intoArray(c, ct + 7 * LD + V);
  }

  private static void columns8x1(float[] a, int at, float[] b, int bt, int k, float[] c, int ct) {
    FloatVector zero = FloatVector.zero(Lanes.F);
    FloatVector c00 = zero;
    FloatVector c10 = zero;
    FloatVector c20 = zero;
    FloatVector c30 = zero;
    FloatVector c40 = zero;
    FloatVector c50 = zero;
    FloatVector c60 = zero;
    FloatVector c70 = zero;
    for (int p = 0; p < k; p++) {
      int ap = at + p * LD;
      int bp = bt + p * V;
      FloatVector b0 = load(b, bp);
      FloatVector a0 = splat(a, ap);
      c00 = a0.fma(b0, c00);
      FloatVector a1 = splat(a, ap + 1);
      c10 = a1.fma(b0, c10);
      FloatVector a2 = splat(a, ap + 2);
      c20 = a2.fma(b0, c20);
      FloatVector a3 = splat(a, ap + 3);
      c30 = a3.fma(b0, c30);
      FloatVector a4 = splat(a, ap + 4);
      c40 = a4.fma(b0, c40);
      FloatVector a5 = splat(a, ap + 5);
      c50 = a5.fma(b0, c50);
      FloatVector a6 = splat(a, ap + 6);
      c60 = a6.fma(b0, c60);
      FloatVector a7 = splat(a, ap + 7);
      c70 = a7.fma(b0, c70);
    }
    c00.intoArray(c, ct);
    c10.intoArray(c, ct + 1 * LD);
    c20.intoArray(c, ct + 2 * LD);
    c30.intoArray(c, ct + 3 * LD);
    c40.intoArray(c, ct + 4 * LD);
    c50.intoArray(c, ct + 5 * LD);
    c60.intoArray(c, ct + 6 * LD);
    c70.intoArray(c, ct + 7 * LD);
  }

  private static void columns4x2(float[] a, int at, float[] b, int bt, int k, float[] c, int ct) {
    FloatVector zero = FloatVector.zero(Lanes.F);
    FloatVector c00 = zero, c01 = zero;
    FloatVector c10 = zero, c11 = zero;
    FloatVector c20 = zero, c21 = zero;
    FloatVector c30 = zero, c31 = zero;
    for (int p = 0; p < k; p++) {
      int ap = at + p * LD;
      int bp = bt + p * 2 * V;
      FloatVector b0 = load(b, bp);
      FloatVector b1 = load(b, bp + V);
      FloatVector a0 = splat(a, ap);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = splat(a, ap + 1);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = splat(a, ap + 2);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = splat(a, ap + 3);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(c, ct);
    c01.intoArray(c, ct + V);
    c10.intoArray(c, ct + 1 * LD);
    c11.intoArray(c, ct + 1 * LD + V);
    c20.intoArray(c, ct + 2 * LD);
    c21.intoArray(c, ct + 2 * LD + V);
    c30.intoArray(c, ct + 3 * LD);
    c31.intoArray(c, ct + 3 * LD + V);
  }

  private static void columns4x1(float[] a, int at, float[] b, int bt, int k, float[] c, int ct) {
    FloatVector zero = FloatVector.zero(Lanes.F);
    FloatVector c00 = zero;
    FloatVector c10 = zero;
    FloatVector c20 = zero;
    FloatVector c30 = zero;
    for (int p = 0; p < k; p++) {
      int ap = at + p * LD;
      int bp = bt + p * V;
      FloatVector b0 = load(b, bp);
      FloatVector a0 = splat(a, ap);
      c00 = a0.fma(b0, c00);
      FloatVector a1 = splat(a, ap + 1);
      c10 = a1.fma(b0, c10);
      FloatVector a2 = splat(a, ap + 2);
      c20 = a2.fma(b0, c20);
      FloatVector a3 = splat(a, ap + 3);
      c30 = a3.fma(b0, c30);
    }
    c00.intoArray(c, ct);
    c10.intoArray(c, ct + 1 * LD);
    c20.intoArray(c, ct + 2 * LD);
    c30.intoArray(c, ct + 3 * LD);
  }
}
