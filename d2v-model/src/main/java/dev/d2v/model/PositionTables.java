package dev.d2v.model;

/// Fixed position tables, computed in double and stored in float.
public final class PositionTables {
  private PositionTables() {}

  /// 2-D sines and cosines for a square grid, token = row * side + column: `[sin(x w), cos(x w),
  /// sin(y w), cos(y w)]`, `w_k = 10000^(-k/q)`, q = C/4; the column x comes first. (side*side, C)
  public static float[] sinCos2d(int C, int side) {
    int q = C / 4;
    float[] table = new float[side * side * C];
    for (int t = 0; t < side * side; t++) {
      for (int k = 0; k < q; k++) {
        double w = 1 / Math.pow(10_000, (double) k / q);
        int column = t % side;
        int row = t / side;
        double x = column * w;
        double y = row * w;
        table[t * C + k] = (float) Math.sin(x);
        table[t * C + q + k] = (float) Math.cos(x);
        table[t * C + 2 * q + k] = (float) Math.sin(y);
        table[t * C + 3 * q + k] = (float) Math.cos(y);
      }
    }
    return table;
  }

  /// 1-D sines and cosines (rows,C): `[sin(p w), cos(p w)]`, `w_k = 10000^(-k/(C/2-1))`; the
  /// padding row is zero.
  public static float[] sinCos1d(int C, int rows, int paddingIndex) {
    int half = C / 2;
    float[] table = new float[rows * C];
    for (int p = 0; p < rows; p++) {
      for (int k = 0; k < half && p != paddingIndex; k++) {
        double angle = p * Math.exp(-k * Math.log(10_000) / (half - 1));
        table[p * C + k] = (float) Math.sin(angle);
        table[p * C + half + k] = (float) Math.cos(angle);
      }
    }
    return table;
  }

  /// Position ids of token rows (rows,T): padding tokens get `paddingIndex`, the others that plus
  /// their running count.
  public static int[] tokenPositions(int[] tokens, int T, int paddingIndex) {
    int[] ids = new int[tokens.length];
    int count = 0;
    for (int i = 0; i < tokens.length; i++) {
      count = i % T == 0 ? 0 : count;
      boolean padded = tokens[i] == paddingIndex;
      count += padded ? 0 : 1;
      ids[i] = padded ? paddingIndex : paddingIndex + count;
    }
    return ids;
  }

  /// Resizes the patch rows of a table (1 + from^2, C) to (1 + to^2, C): bicubic with a = -0.75,
  /// corners not aligned, edges repeated; row 0, the class token's, is kept.
  public static float[] resize(float[] table, int from, int to, int C) {
    float[] out = new float[(1 + to * to) * C];
    System.arraycopy(table, 0, out, 0, C);
    double scale = (double) from / to;
    for (int y = 0; y < to; y++) {
      for (int x = 0; x < to; x++) {
        double sy = (y + 0.5) * scale - 0.5;
        double sx = (x + 0.5) * scale - 0.5;
        int iy = (int) Math.floor(sy);
        int ix = (int) Math.floor(sx);
        for (int c = 0; c < C; c++) {
          double sum = 0;
          for (int dy = -1; dy <= 2; dy++) {
            for (int dx = -1; dx <= 2; dx++) {
              int row = Math.clamp(iy + dy, 0, from - 1);
              int column = Math.clamp(ix + dx, 0, from - 1);
              sum +=
                  cubic(sy - iy - dy)
                      * cubic(sx - ix - dx)
                      * table[(1 + row * from + column) * C + c];
            }
          }
          out[(1 + y * to + x) * C + c] = (float) sum;
        }
      }
    }
    return out;
  }

  private static double cubic(double distance) {
    double a = -0.75;
    double d = Math.abs(distance);
    if (d <= 1) {
      return ((a + 2) * d - (a + 3)) * d * d + 1;
    }
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  }
}
