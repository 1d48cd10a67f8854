package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;

/// `c += a^T b` with k long: a weight's gradient.
///
/// A part is a block of c, and when c alone gives too few, one of several stretches of the inner
/// dimension. The stretches' sums go to memory of their own and are added to c in their order.
final class ColumnGemm {
  private static final int MOST_ROWS = 192;
  private static final int MOST_COLUMNS = 384;
  private static final int ENOUGH_PARTS = 24;
  private static final int SHORTEST_STRETCH = 2 * DEPTH;

  /// Rows that are further apart are copied side by side: one tile then would read too many pages.
  private static final int LONGEST_STRIDE = 512;

  private static final int PARTIAL_SUMS = 0;
  private static final int EDGE = 1;
  private static final int PACKED_B = 3;
  private static final int PACKED_A = 4;
  private static final int ZEROS = 5;
  private static final int TILE = 2;

  private final RowParallel parallel;
  private final Scratch scratch;

  ColumnGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  /// By address.
  private record Product(long c, long a, long b, int m, int n, int k) {}

  /// Rows in memory: where they start and how many bytes lie between two.
  private record Operand(long at, long ld) {}

  /// The partition: blocks of rows and columns of c, stretches of the inner dimension.
  private record Plan(Blocks rows, Blocks columns, Blocks stretches) {
    static Plan of(int m, int n, int k) {
      Blocks rows = Blocks.of(m, MOST_ROWS, 4 * GemmTile.ROWS);
      Blocks columns = Blocks.of(n, MOST_COLUMNS, WIDTH);
      int wanted = Math.ceilDiv(ENOUGH_PARTS, rows.count() * columns.count());
      int longest = Math.max(SHORTEST_STRETCH, Math.ceilDiv(k, wanted));
      return new Plan(rows, columns, Blocks.of(k, longest, 1));
    }

    int blocks() {
      return rows.count() * columns.count();
    }
  }

  /// c (m,n) a (k,m) b (k,n), by address
  void run(long c, long a, long b, int m, int n, int k) {
    if (m == 0 || n == 0 || k == 0) {
      return;
    }
    Plan plan = Plan.of(m, n, k);
    Product x = new Product(c, a, b, m, n, k);
    int stretches = plan.stretches.count();
    long size = (long) m * n;
    long partial =
        stretches == 1 ? c : scratch.segment(0, PARTIAL_SUMS, 4 * size * stretches).address();
    parallel.run(
        plan.blocks() * stretches, (part, thread) -> block(x, plan, partial, part, thread));
    if (stretches > 1) {
      Parts parts = Parts.elements(size);
      parallel.run(
          parts.count(),
          (part, thread) -> addAll(c, partial, size, stretches, parts.from(part), parts.to(part)));
    }
  }

  private void block(Product x, Plan plan, long target, int part, int thread) {
    int stretch = part / plan.blocks();
    int block = part % plan.blocks();
    int row = plan.rows.from(block / plan.columns.count());
    int rows = plan.rows.length(block / plan.columns.count());
    int column = plan.columns.from(block % plan.columns.count());
    int columns = plan.columns.length(block % plan.columns.count());
    boolean partial = plan.stretches.count() > 1;
    long base =
        target + 4 * ((partial ? (long) stretch * x.m * x.n : 0) + (long) row * x.n + column);
    Blocks depths = Blocks.of(plan.stretches.length(stretch), DEPTH, 16);
    long edge = scratch.segment(thread, EDGE, GemmBlock.EDGE_BYTES).address();
    long tile = scratch.segment(thread, TILE, GemmTile.BYTES).address();
    long zeros = scratch.segment(thread, ZEROS, 4L * WIDTH).address();
    Packing.zero(zeros, WIDTH);
    for (int depth = 0; depth < depths.count(); depth++) {
      int k = depths.length(depth);
      long first = (long) plan.stretches.from(stretch) + depths.from(depth);
      Operand a = left(x, first, k, row, rows, thread);
      GemmBlock out = new GemmBlock(4L * x.n, 0, !(partial && depth == 0), tile, edge);
      for (int j = 0; j < columns; j += WIDTH) {
        int width = Math.min(WIDTH, columns - j);
        Operand b = right(x, first, k, column + j, width, thread);
        out.columns(base + 4L * j, rows, a.at, a.ld, b.at, b.ld, zeros, width, k);
      }
    }
  }

  /// Columns of a from `row` on, in k rows from `first` on.
  private Operand left(Product x, long first, int k, int row, int rows, int thread) {
    long at = 4 * (first * x.m + row);
    if (x.m <= LONGEST_STRIDE) {
      return new Operand(x.a + at, 4L * x.m);
    }
    long packed = scratch.segment(thread, PACKED_A, 4L * k * rows).address();
    Packing.panel(packed, x.a + at, 4L * x.m, k, rows, rows);
    return new Operand(packed, 4L * rows);
  }

  /// A panel of b from `column` on, as wide as a tile.
  private Operand right(Product x, long first, int k, int column, int width, int thread) {
    long at = 4 * (first * x.n + column);
    if (width == WIDTH && x.n <= LONGEST_STRIDE) {
      return new Operand(x.b + at, 4L * x.n);
    }
    long packed = scratch.segment(thread, PACKED_B, 4L * k * WIDTH).address();
    Packing.panel(packed, x.b + at, 4L * x.n, k, width, WIDTH);
    return new Operand(packed, 4L * WIDTH);
  }

  private static void addAll(long c, long partial, long size, int count, long from, long to) {
    for (int s = 0; s < count; s++) {
      Packing.add(c + 4 * from, partial + 4 * (s * size + from), (int) (to - from));
    }
  }
}
