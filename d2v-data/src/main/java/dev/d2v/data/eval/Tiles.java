package dev.d2v.data.eval;

import java.util.Arrays;

/// Rows of features in groups of [#LANES], each group transposed to (width, LANES), so that the
/// inner loops of products run over rows and become vector instructions.
final class Tiles {
  static final int LANES = 64;
  private static final int DEPTH = 64;
  private static final int UNROLL = 8;

  private final float[][] groups;
  private final int rows;
  private final int paddedWidth;

  /// Copies the rows.
  Tiles(Features features) {
    this.rows = features.rows();
    this.paddedWidth = padded(features.width());
    this.groups = new float[(rows + LANES - 1) / LANES][];
    int width = features.width();
    for (int g = 0; g < groups.length; g++) {
      float[] group = new float[paddedWidth * LANES];
      int n = rowsOf(g);
      for (int r = 0; r < n; r++) {
        int from = (g * LANES + r) * width;
        for (int j = 0; j < width; j++) {
          group[j * LANES + r] = features.values()[from + j];
        }
      }
      groups[g] = group;
    }
  }

  /// Width rounded up to what [#products] works through at once; the rest must be zero.
  static int padded(int width) {
    return (width + UNROLL - 1) / UNROLL * UNROLL;
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
  void products(int g, float[] w, int offset, int count, float[] out) {
    Arrays.fill(out, 0, count * LANES, 0);
    float[] x = groups[g];
    for (int from = 0; from < paddedWidth; from += DEPTH) {
      int to = Math.min(from + DEPTH, paddedWidth);
      for (int k = 0; k < count; k++) {
        int row = offset + k * paddedWidth;
        for (int j = from; j < to; j += UNROLL) {
          addEight(out, k * LANES, x, j * LANES, w, row + j);
        }
      }
    }
  }

  /// `out[r] += sum over eight j of w[j] x[j][r]`.
  private static void addEight(float[] out, int o, float[] x, int i, float[] w, int j) {
    float w0 = w[j];
    float w1 = w[j + 1];
    float w2 = w[j + 2];
    float w3 = w[j + 3];
    float w4 = w[j + 4];
    float w5 = w[j + 5];
    float w6 = w[j + 6];
    float w7 = w[j + 7];
    for (int r = 0; r < LANES; r++) {
      float even =
          w0 * x[i + r]
              + w2 * x[i + 2 * LANES + r]
              + w4 * x[i + 4 * LANES + r]
              + w6 * x[i + 6 * LANES + r];
      float odd =
          w1 * x[i + LANES + r]
              + w3 * x[i + 3 * LANES + r]
              + w5 * x[i + 5 * LANES + r]
              + w7 * x[i + 7 * LANES + r];
      out[o + r] += even + odd;
    }
  }
}
