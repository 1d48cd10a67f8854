package dev.d2v.tensor.kernel.vector;

import java.lang.foreign.MemorySegment;

/// The loops of [VectorLoss#spread] over a part of the rows that an index names: the moments of
/// their channels, block by block as in [ChannelRows#moments], so that memory is read once.
final class Spread {
  /// Elements of a block of rows that the first-level cache keeps between two passes.
  private static final int BLOCK = 4096;

  private Spread() {}

  /// The C means of the rows and, behind them, the sums of squared deviations from these; returns
  /// the number of rows.
  ///
  /// @param work memory for 3C floats: a block's means, its squares, zeros
  static int moments(
      MemorySegment to,
      long toAt,
      MemorySegment x,
      MemorySegment index,
      long from,
      long end,
      int C,
      MemorySegment work) {
    int each = Math.max(4, BLOCK / C);
    int seen = 0;
    Floats.zero(to, toAt, 2 * C);
    for (long j = from; j < end; j += each) {
      long stop = Math.min(end, j + each);
      Floats.zero(work, 0, 3 * C);
      int more = pass(x, index, j, stop, C, work, false);
      if (more > 0) {
        Floats.scale(work, 0, work, 0, 1f / more, C);
        pass(x, index, j, stop, C, work, true);
        ChannelRows.merge(to, toAt, work, C, more / (float) (seen + more), seen);
        seen += more;
      }
    }
    return seen;
  }

  /// Adds the rows, or their squared deviations, four at a time; returns their number.
  private static int pass(
      MemorySegment x,
      MemorySegment index,
      long from,
      long end,
      int C,
      MemorySegment work,
      boolean squares) {
    long bytes = 4L * C;
    long means = Native.range(work, 0, 3 * bytes);
    // what adds nothing
    long none = squares ? means : means + 2 * bytes;
    int count = 0;
    long a = none;
    long b = none;
    long c = none;
    for (long j = from; j < end; j++) {
      long row = VectorLoss.index(index, j);
      if (row < 0) {
        continue;
      }
      long at = Native.range(x, row * bytes, bytes);
      switch (count++ & 3) {
        case 0 -> a = at;
        case 1 -> b = at;
        case 2 -> c = at;
        default -> {
          add(means, a, b, c, at, C, squares);
          a = none;
          b = none;
          c = none;
        }
      }
    }
    add(means, a, b, c, none, C, squares);
    return count;
  }

  private static void add(long means, long a, long b, long c, long d, int C, boolean squares) {
    if (squares) {
      Columns.addSquares(means + 4L * C, means, a, b, c, d, C);
    } else {
      Columns.add(means, a, b, c, d, C);
    }
  }
}
