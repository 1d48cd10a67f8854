package dev.d2v.tensor.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// Copies of one head's rows into the layouts of the micro-kernels and back. In a tensor they are
/// `stride` bytes apart; `at` is the byte at which the first begins.
///
/// A packed panel is two vectors wide, the last of a matrix one or two: element (k, j) of `depth`
/// rows is at `j0 * depth + k * width + j - j0`, where panel j0 holds columns j0 to j0 + width - 1.
/// Columns beyond the matrix are 0.
final class AttentionPack {
  private static final int V = Lanes.F.length();
  private static final int LD = Striped.LD;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private AttentionPack() {}

  private static FloatVector load(MemorySegment x, long at) {
    return FloatVector.fromMemorySegment(Lanes.F, x, at, Lanes.ORDER);
  }

  /// `y(i, d) = factor * x(i, d)`, y striped, of `rows` rows.
  static void striped(
      float[] y, int rows, MemorySegment x, long at, long stride, int count, int D, float factor) {
    int whole = D - D % V;
    for (int i = 0; i < count; i++) {
      long xAt = at + i * stride;
      for (int d = 0; d < whole; d += V) {
        load(x, xAt + 4L * d).mul(factor).intoArray(y, Striped.column(rows, d) + i * LD);
      }
      for (int d = whole; d < D; d++) {
        y[Striped.column(rows, d) + i * LD] = x.get(FLOAT, xAt + 4L * d) * factor;
      }
    }
  }

  /// `y(i, d) = factor * x(i, d)`, y packed in panels of `count` rows.
  static void panels(
      float[] y, MemorySegment x, long at, long stride, int count, int D, float factor) {
    for (int d0 = 0; d0 < D; d0 += 2 * V) {
      int width = Math.min(2 * V, Striped.roundColumns(D - d0));
      int whole = Math.min(width, (D - d0) / V * V);
      for (int i = 0; i < count; i++) {
        long xAt = at + i * stride + 4L * d0;
        int yAt = d0 * count + i * width;
        for (int d = 0; d < whole; d += V) {
          load(x, xAt + 4L * d).mul(factor).intoArray(y, yAt + d);
        }
        for (int d = whole; d < width; d++) {
          y[yAt + d] = d0 + d < D ? x.get(FLOAT, xAt + 4L * d) * factor : 0;
        }
      }
    }
  }

  /// `y(d, j) = x(j, d)`, y packed in panels of `D` rows.
  ///
  /// @param stage room for the rows, as many as whole vectors of columns hold, striped
  static void transposed(
      float[] y, float[] stage, MemorySegment x, long at, long stride, int count, int D) {
    int columns = Striped.roundColumns(count);
    striped(stage, columns, x, at, stride, count, D, 1);
    for (int d0 = 0; d0 < D; d0 += Striped.STRIPE) {
      int from = Striped.column(columns, d0);
      int n = Math.min(Striped.STRIPE, D - d0);
      for (int j = count; j < columns; j++) {
        Arrays.fill(stage, from + j * LD, from + j * LD + n, 0);
      }
    }
    for (int j0 = 0; j0 < columns; j0 += 2 * V) {
      int width = Math.min(2 * V, columns - j0);
      for (int j = 0; j < width; j += V) {
        for (int d = 0; d < D; d++) {
          int xAt = Striped.column(columns, d) + (j0 + j) * LD;
          column(y, j0 * D + d * width + j, stage, xAt);
        }
      }
    }
  }

  /// A vector of y from a column of x, one by one: a gathering load takes as many loads, and where
  /// it is not inlined it puts its indices on the heap.
  private static void column(float[] y, int at, float[] x, int xAt) {
    for (int j = 0; j < V; j++) {
      y[at + j] = x[xAt + j * LD];
    }
  }

  /// `y(i, d) = x(i, d) * factors(i)`, x striped, of `rows` rows.
  static void store(
      MemorySegment y,
      long at,
      long stride,
      float[] x,
      int rows,
      int count,
      int D,
      float[] factors) {
    int whole = D - D % V;
    for (int i = 0; i < count; i++) {
      long yAt = at + i * stride;
      float factor = factors[i];
      for (int d = 0; d < whole; d += V) {
        FloatVector v = FloatVector.fromArray(Lanes.F, x, Striped.column(rows, d) + i * LD);
        v.mul(factor).intoMemorySegment(y, yAt + 4L * d, Lanes.ORDER);
      }
      for (int d = whole; d < D; d++) {
        y.set(FLOAT, yAt + 4L * d, x[Striped.column(rows, d) + i * LD] * factor);
      }
    }
  }

  /// `out(i) = sum x(i, d) * y(i, d)`, x striped, of `rows` rows.
  static void dots(
      float[] out, float[] x, int rows, MemorySegment y, long at, long stride, int count, int D) {
    int whole = D - D % V;
    for (int i = 0; i < count; i++) {
      long yAt = at + i * stride;
      FloatVector sum = FloatVector.zero(Lanes.F);
      for (int d = 0; d < whole; d += V) {
        FloatVector v = FloatVector.fromArray(Lanes.F, x, Striped.column(rows, d) + i * LD);
        sum = v.fma(load(y, yAt + 4L * d), sum);
      }
      float total = VectorMath.sum(sum);
      for (int d = whole; d < D; d++) {
        total = Math.fma(x[Striped.column(rows, d) + i * LD], y.get(FLOAT, yAt + 4L * d), total);
      }
      out[i] = total;
    }
  }
}
