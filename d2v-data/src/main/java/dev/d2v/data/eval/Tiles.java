package dev.d2v.data.eval;

import java.util.Arrays;

/// Rows of features in groups of [#LANES], each group transposed to (width, LANES), so that the
/// inner loops of products run over rows and become vector instructions.
final class Tiles {
  static final int LANES = 128;
  private static final int DEPTH = 32;

  private final float[][][] groups;
  private final int rows;
  private final int paddedWidth;

  /// Copies the rows.
  Tiles(Features features) {
    this.rows = features.rows();
    this.paddedWidth = padded(features.width());
    this.groups = new float[(rows + LANES - 1) / LANES][][];
    int width = features.width();
    for (int g = 0; g < groups.length; g++) {
      float[][] group = new float[paddedWidth][LANES];
      int n = rowsOf(g);
      for (int r = 0; r < n; r++) {
        int from = (g * LANES + r) * width;
        for (int j = 0; j < width; j++) {
          group[j][r] = features.values()[from + j];
        }
      }
      groups[g] = group;
    }
  }

  /// Width rounded up to what [#products] works through at once; weights beyond the width count
  /// nothing.
  static int padded(int width) {
    return (width + Axpy.COUNT - 1) / Axpy.COUNT * Axpy.COUNT;
  }

  int groups() {
    return groups.length;
  }

  /// Rows in group `g`; lanes beyond them hold zeros.
  int rowsOf(int g) {
    return Math.min(LANES, rows - g * LANES);
  }

  /// `out[k][r] = sum_j w[k][j] x[r][j]` for the LANES rows of group `g` and `k` in [0, count). `w`
  /// is (count, padded width) from `offset`, `out` (count, LANES).
  void products(int g, float[] w, int offset, int count, float[][] out) {
    float[][] x = groups[g];
    for (int k = 0; k < count; k++) {
      Arrays.fill(out[k], 0);
    }
    for (int from = 0; from < paddedWidth; from += DEPTH) {
      int to = Math.min(from + DEPTH, paddedWidth);
      for (int k = 0; k < count; k++) {
        int row = offset + k * paddedWidth;
        for (int j = from; j < to; j += Axpy.COUNT) {
          Axpy.add(out[k], x, j, w, row + j, 1);
        }
      }
    }
  }
}
