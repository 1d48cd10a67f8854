package dev.d2v.tensor.kernel.vector;

import java.util.Arrays;

/// What one thread needs while it computes a head: heap arrays that only grow, so that a step
/// allocates nothing once every shape has been seen. Arrays rather than native scratch, because the
/// tiles of [RowTile] came out faster on them than on segments.
final class AttentionBuffers {
  private static final int V = Lanes.F.length();
  private static final float[] NONE = {};

  /// A tile on its way into a sum.
  final float[] tile = new float[8 * Striped.LD];

  /// 0 for a key, minus infinity for a padded one and for what fills the last vector (Tv).
  float[] mask = NONE;

  /// Factors of dropout in one row (Tv).
  float[] factors = NONE;

  /// Sum of exponentials of each query of a block, or `sum dout * out` (Q, in whole vectors).
  float[] sums = NONE;

  /// What is subtracted from the scores of each query of a block: their maximum, or lse (Q, in
  /// whole vectors).
  float[] shifts = NONE;

  /// What each row of a product is multiplied by on its way out (Q or T).
  float[] factorOfRow = NONE;

  /// Rows of the bias for a block of queries, dense, and later of its gradient (Q,T).
  float[] bias = NONE;

  /// Rows to be transposed, striped (Tv,D).
  float[] stage = NONE;

  /// Keys, transposed, in panels (D,Tv).
  float[] kT = NONE;

  /// Values, in panels (T,Dv), or transposed (D,Tv).
  float[] v = NONE;

  /// Scaled queries, striped (Q,D).
  float[] q = NONE;

  /// Scores, then probabilities, striped (Q,Tv).
  float[] s = NONE;

  /// A product (Q,Dv), striped.
  float[] product = NONE;

  /// Keys in panels (T,Dv).
  float[] kPanels = NONE;

  /// Scaled queries in panels (Q,Dv).
  float[] qPanels = NONE;

  /// Gradient of the output, striped (Q,D).
  float[] dout = NONE;

  /// Gradient of the output in panels (Q,Dv).
  float[] doutPanels = NONE;

  /// Gradient of the probabilities, then of the scores, striped (Q,Tv).
  float[] ds = NONE;

  /// Gradients of keys and values, striped (T,Dv).
  float[] dk = NONE;

  /// See `dk`.
  float[] dv = NONE;

  /// For a forward of blocks of so many queries.
  void forForward(int queries, int T, int D, boolean withBias) {
    int rows = Striped.roundRows(queries);
    int Tv = Striped.roundColumns(T);
    int Dv = Striped.roundColumns(D);
    mask = grown(mask, Tv);
    factors = grown(factors, Tv + 4);
    sums = grown(sums, Striped.roundColumns(queries));
    shifts = grown(shifts, Striped.roundColumns(queries));
    factorOfRow = grown(factorOfRow, T);
    bias = grown(bias, withBias ? queries * T + V : 0);
    stage = grown(stage, Striped.size(Tv, D));
    kT = grown(kT, D * Tv);
    v = grown(v, Math.max(T * Dv, D * Tv));
    q = grown(q, Striped.size(rows, D));
    s = grown(s, Striped.size(rows, Tv));
    product = grown(product, Striped.size(rows, Dv));
    Arrays.fill(mask, 0, T, 0);
    Arrays.fill(mask, T, Tv, Float.NEGATIVE_INFINITY);
  }

  /// For a backward of blocks of so many queries.
  void forBackward(int queries, int T, int D, boolean withBias) {
    forForward(queries, T, D, withBias);
    int rows = Striped.roundRows(queries);
    int Dv = Striped.roundColumns(D);
    kPanels = grown(kPanels, T * Dv);
    qPanels = grown(qPanels, queries * Dv);
    dout = grown(dout, Striped.size(rows, D));
    doutPanels = grown(doutPanels, queries * Dv);
    ds = grown(ds, Striped.size(rows, Striped.roundColumns(T)));
    dk = grown(dk, Striped.size(Striped.roundRows(T), Dv));
    dv = grown(dv, Striped.size(Striped.roundRows(T), Dv));
  }

  private static float[] grown(float[] array, int length) {
    return array.length >= length ? array : new float[length];
  }
}
