package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// Copies of matrices in the order in which [GemmTile] reads them: from an address, with `ld` bytes
/// from row to row, into arrays.
final class GemmPacking {
  // Where the next vectors of a row lie in a strip.
  private static final int SECOND = V / 16 * GemmTile.SLAB + V % 16;
  private static final int THIRD = 2 * V / 16 * GemmTile.SLAB + 2 * V % 16;
  private static final int FOURTH = 3 * V / 16 * GemmTile.SLAB + 3 * V % 16;
  private static final int FOUR = V / 4 * GemmTile.SLAB;

  private GemmPacking() {}

  /// An array of at least so many floats: this one, if it is large enough.
  static float[] grown(float[] array, long length) {
    return array.length >= length ? array : new float[Math.toIntExact(length)];
  }

  /// `to[at + i] = from[i]`, n elements.
  static void copy(float[] to, int at, long from, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      load(from + 4L * i).intoArray(to, at + i);
    }
    for (; i < n; i++) {
      to[at + i] = get(from + 4L * i);
    }
  }

  /// `to[i] = from[at + i]`, n elements to an address.
  static void out(long to, float[] from, int at, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      store(FloatVector.fromArray(Lanes.F, from, at + i), to + 4L * i);
    }
    for (; i < n; i++) {
      set(to + 4L * i, from[at + i]);
    }
  }

  /// A strip of a, at most ROWS rows of n elements: see [GemmTile#rows].
  static void strip(float[] to, int at, long from, long ld, int rows, int n) {
    for (int i = 0; i < rows; i++) {
      long row = from + ld * i;
      int q = at + GemmTile.DISTANCE * i;
      int p = 0;
      // four loads, then four stores: a quarter faster
      for (; p <= n - 4 * V; p += 4 * V) {
        long x = row + 4L * p;
        FloatVector v0 = load(x), v1 = load(x + W), v2 = load(x + 2 * W), v3 = load(x + 3 * W);
        v0.intoArray(to, q);
        v1.intoArray(to, q + SECOND);
        v2.intoArray(to, q + THIRD);
        v3.intoArray(to, q + FOURTH);
        q += FOUR;
      }
      for (; p <= n - 16; p += 16) {
        for (int j = 0; j < 16; j += V) {
          load(row + 4L * (p + j)).intoArray(to, q + j);
        }
        q += GemmTile.SLAB;
      }
      for (; p < n; p++) {
        to[q + p % 16] = get(row + 4L * p);
      }
    }
  }

  /// A panel of b from its transpose, times a factor: `width` rows of k elements, turned in
  /// registers. What is behind its columns stays undefined: see [#pad].
  static void transposed(float[] to, int at, long from, long ld, int k, int width, float scale) {
    int whole = k / V * V;
    for (int j = 0; j < width; j += V) {
      int rows = Math.min(V, width - j);
      Transpose.rows(to, at + j, WIDTH, from + ld * j, ld, rows, whole, scale);
      for (int p = whole; p < k; p++) {
        for (int i = 0; i < rows; i++) {
          to[at + p * WIDTH + j + i] = get(from + ld * (j + i) + 4L * p) * scale;
        }
      }
    }
  }

  /// All columns of a matrix of k rows in panels of `width`, a multiple of a vector: element (p, j)
  /// goes to `at + j / width * stride + p * width + j % width`. Rows are read in the order of
  /// memory. What is missing of the last panel stays undefined.
  static void panels(
      float[] to, int at, int width, int stride, long from, long ld, int k, int columns) {
    int whole = columns / V * V;
    int skip = stride - width;
    for (int p = 0; p < k; p++) {
      long row = from + ld * p;
      int q = at + p * width;
      int end = q + width;
      for (int j = 0; j < whole; j += V) {
        load(row + 4L * j).intoArray(to, q);
        q += V;
        if (q == end) {
          q += skip;
          end = q + width;
        }
      }
      for (int j = whole; j < columns; j++) {
        to[q + j - whole] = get(row + 4L * j);
      }
    }
  }

  /// Zeros behind the columns of a panel of `width`.
  static void pad(float[] to, int at, int k, int width) {
    for (int p = 0; p < k && width < WIDTH; p++) {
      Arrays.fill(to, at + p * WIDTH + width, at + (p + 1) * WIDTH, 0);
    }
  }
}
