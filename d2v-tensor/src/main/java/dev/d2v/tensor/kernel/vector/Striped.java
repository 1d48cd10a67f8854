package dev.d2v.tensor.kernel.vector;

import jdk.incubator.vector.FloatVector;

/// A scratch matrix in stripes of at most [#STRIPE] columns, each row-major with the same constant
/// row length whatever the matrix: constant, so that the micro-kernels of [RowTile] know it at
/// compile time; a line longer than a stripe, so that rows do not fall on the same cache set.
///
/// ```text
/// element (i, j) of `rows` rows:  j / STRIPE * rows * LD + i * LD + j % STRIPE
/// ```
final class Striped {
  /// Columns of a stripe.
  static final int STRIPE = 256;

  /// Floats from row to row.
  static final int LD = STRIPE + 16;

  private static final int V = Lanes.F.length();

  /// Rows of the tallest tile: as many as the registers hold sums of two vectors.
  private static final int TALL = Lanes.F.vectorBitSize() == 256 ? 4 : 8;

  private static final int LOW = 4;

  private Striped() {}

  /// Floats that a matrix takes.
  static int size(int rows, int columns) {
    return (columns + STRIPE - 1) / STRIPE * rows * LD;
  }

  /// Index of element (0, column) of a matrix of so many rows.
  static int column(int rows, int column) {
    return column / STRIPE * rows * LD + column % STRIPE;
  }

  /// Rows rounded up to what the tiles write.
  static int roundRows(int rows) {
    return (rows + LOW - 1) / LOW * LOW;
  }

  /// Columns rounded up to whole vectors.
  static int roundColumns(int columns) {
    return (columns + V - 1) / V * V;
  }

  /// `c = a b`. a (m, k) and c (m, n), striped, both of `rows` >= roundRows(m) rows; b is packed in
  /// panels of `k` rows, see [AttentionPack].
  static void product(
      float[] c, float[] a, float[] b, float[] tile, int rows, int m, int k, int n) {
    for (int j = 0; j < n; j += 2 * V) {
      int vectors = j + V < n ? 2 : 1;
      int ct = column(rows, j);
      for (int p = 0; p < k; p += STRIPE) {
        int at = column(rows, p);
        int bt = j * k + p * vectors * V;
        int depth = Math.min(STRIPE, k - p);
        for (int i = 0; i < m; ) {
          int height = m - i > LOW ? TALL : LOW;
          if (p == 0) {
            RowTile.rows(height, vectors, a, at + i * LD, b, bt, depth, c, ct + i * LD);
          } else {
            RowTile.rows(height, vectors, a, at + i * LD, b, bt, depth, tile, 0);
            add(c, ct + i * LD, tile, height, vectors);
          }
          i += height;
        }
      }
    }
  }

  /// `c = a^T b`, or `c += a^T b`. a (k, m), striped, of `rows` rows; c (m, n), striped, of
  /// roundRows(m) rows; b packed in panels of `k` rows.
  static void productOfTransposed(
      float[] c, float[] a, float[] b, float[] tile, int rows, int m, int k, int n, boolean add) {
    int rowsOfC = roundRows(m);
    for (int j = 0; j < n; j += 2 * V) {
      int vectors = j + V < n ? 2 : 1;
      int ct = column(rowsOfC, j);
      for (int i = 0; i < m; ) {
        int height = m - i > LOW ? TALL : LOW;
        int at = column(rows, i);
        if (add) {
          ColumnTile.columns(height, vectors, a, at, b, j * k, k, tile, 0);
          add(c, ct + i * LD, tile, height, vectors);
        } else {
          ColumnTile.columns(height, vectors, a, at, b, j * k, k, c, ct + i * LD);
        }
        i += height;
      }
    }
  }

  private static void add(float[] c, int ct, float[] tile, int height, int vectors) {
    for (int i = 0; i < height; i++) {
      for (int v = 0; v < vectors * V; v += V) {
        int at = ct + i * LD + v;
        FloatVector sum = FloatVector.fromArray(Lanes.F, c, at);
        sum.add(FloatVector.fromArray(Lanes.F, tile, i * LD + v)).intoArray(c, at);
      }
    }
  }
}
