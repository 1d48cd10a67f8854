package dev.d2v.data.eval;

import java.util.Arrays;

/// Columns of features in panels, each row of a panel an array of its own, for sums over rows.
final class Panels {
  private static final int COLUMNS = 64;
  private static final int ROWS = 256;

  private final float[][][] panels;
  private final int rows;
  private final int columns;
  private final int width;

  /// Copies the columns.
  Panels(Features features) {
    this.width = features.width();
    this.rows = features.rows();
    this.columns = Math.min(COLUMNS, width);
    this.panels = new float[(width + columns - 1) / columns][][];
    for (int p = 0; p < panels.length; p++) {
      float[][] panel = new float[paddedRows(rows)][];
      int from = p * columns;
      for (int i = 0; i < rows; i++) {
        int at = i * width + from;
        panel[i] = Arrays.copyOfRange(features.values(), at, at + columnsOf(p));
      }
      Arrays.fill(panel, rows, panel.length, new float[columnsOf(p)]);
      panels[p] = panel;
    }
  }

  /// Rows rounded up to what [#sums] works through at once; weights beyond the rows count nothing.
  static int paddedRows(int rows) {
    return (rows + Axpy.COUNT - 1) / Axpy.COUNT * Axpy.COUNT;
  }

  int panels() {
    return panels.length;
  }

  /// First column of panel `p`.
  int first(int p) {
    return p * columns;
  }

  /// Columns of panel `p`.
  int columnsOf(int p) {
    return Math.min(columns, width - p * columns);
  }

  /// `out[k][j] = sum_i w[i][k] x[i][first + j]` over all rows, in their order; `w` is (padded
  /// rows, count). Sums of 256 rows are in single precision, their sum in double.
  double[][] sums(int p, float[] w, int count) {
    double[][] total = new double[count][columnsOf(p)];
    float[][] part = new float[count][columnsOf(p)];
    float[][] x = panels[p];
    for (int block = 0; block < rows; block += ROWS) {
      int end = Math.min(block + ROWS, rows);
      for (int k = 0; k < count; k++) {
        Arrays.fill(part[k], 0);
      }
      for (int i = block; i < end; i += Axpy.COUNT) {
        for (int k = 0; k < count; k++) {
          Axpy.add(part[k], x, i, w, i * count + k, count);
        }
      }
      for (int k = 0; k < count; k++) {
        for (int j = 0; j < part[k].length; j++) {
          total[k][j] += part[k][j];
        }
      }
    }
    return total;
  }
}
