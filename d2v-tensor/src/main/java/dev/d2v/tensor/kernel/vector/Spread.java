package dev.d2v.tensor.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The loops of [VectorLoss#spread] over a strip of channels: sums over [#BLOCK] rows in F32, over
/// blocks in double; the mean first, then the squares.
final class Spread {
  /// Channels of a strip.
  static final int STRIP = 64;

  /// Bytes of working memory: F32 block sums, F32 means, double sums.
  static final long BYTES = 16L * STRIP;

  private static final int BLOCK = 64;
  private static final long MEANS = 4L * STRIP;
  private static final long SUMS = 8L * STRIP;

  private Spread() {}

  /// Sum over the strip's channels of `sqrt(var + 1e-6)`; NaN for fewer than two rows.
  ///
  /// @param stride bytes of a row of x
  /// @param first byte of a row at which the strip begins
  static double deviations(
      MemorySegment x,
      MemorySegment index,
      int n,
      long stride,
      long first,
      int columns,
      MemorySegment work) {
    int count = pass(x, index, n, stride, first, columns, work, false);
    if (count < 2) {
      return Double.NaN;
    }
    for (int c = 0; c < columns; c++) {
      Floats.set(work, MEANS + 4L * c, (float) (total(work, c) / count));
    }
    pass(x, index, n, stride, first, columns, work, true);
    double sum = 0;
    for (int c = 0; c < columns; c++) {
      sum += Math.sqrt(total(work, c) / (count - 1) + 1e-6);
    }
    return sum;
  }

  /// Leaves the channels' sums, or sums of squared deviations, in the double sums; returns the
  /// number of rows.
  private static int pass(
      MemorySegment x,
      MemorySegment index,
      int n,
      long stride,
      long first,
      int columns,
      MemorySegment work,
      boolean squares) {
    work.asSlice(SUMS).fill((byte) 0);
    Floats.zero(work, 0, columns);
    int count = 0;
    for (int j = 0; j < n; j++) {
      long row = VectorLoss.index(index, j);
      if (row < 0) {
        continue;
      }
      long at = row * stride + first;
      if (squares) {
        NormRows.addSquares(work, 0, x, at, work, MEANS, columns);
      } else {
        Floats.add(work, 0, work, 0, x, at, columns);
      }
      if (++count % BLOCK == 0) {
        flush(work, columns);
      }
    }
    flush(work, columns);
    return count;
  }

  private static void flush(MemorySegment work, int columns) {
    for (int c = 0; c < columns; c++) {
      double sum = total(work, c) + Floats.get(work, 4L * c);
      work.set(ValueLayout.JAVA_DOUBLE, SUMS + 8L * c, sum);
    }
    Floats.zero(work, 0, columns);
  }

  private static double total(MemorySegment work, int c) {
    return work.get(ValueLayout.JAVA_DOUBLE, SUMS + 8L * c);
  }
}
