package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.HIGH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.util.Arrays;

/// `c += a^T b` with k long: a weight's gradient.
///
/// A part is a block of c, and when c alone gives too few, one of several stretches of the inner
/// dimension. The first stretch is added to c at once, the others' sums go to memory of their own
/// and are added in their order. A part packs so much of a and b as the second-level cache holds
/// and, while it multiplies, asks the memory for what it will pack next.
final class ColumnGemm {
  private static final int DEPTH = 192;
  private static final int MOST_ROWS = 43 * 12;
  private static final int MOST_COLUMNS = 512;
  private static final int ENOUGH_PARTS = 16;
  private static final int SHORTEST_STRETCH = 512;
  private static final int MOST_AHEAD = 8192;

  private static final int PARTIAL_SUMS = 0;
  private static final int TILE = 2;
  private static final float[] NONE = {};

  private final RowParallel parallel;
  private final Scratch scratch;
  private final Buffers[] buffers;

  ColumnGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.buffers = new Buffers[parallel.threads()];
    Arrays.setAll(buffers, i -> new Buffers());
  }

  /// A thread's panels of a and b.
  private static final class Buffers {
    float[] a = NONE;
    float[] b = NONE;
  }

  /// By address.
  private record Product(long c, long a, long b, int m, int n, int k) {}

  /// The partition: blocks of rows and columns of c, stretches of the inner dimension.
  private record Plan(Blocks rows, Blocks columns, Blocks stretches) {
    static Plan of(int m, int n, int k) {
      Blocks rows = Blocks.of(m, MOST_ROWS, ROWS);
      Blocks columns = Blocks.of(n, MOST_COLUMNS, WIDTH);
      int wanted = Math.ceilDiv(ENOUGH_PARTS, rows.count() * columns.count());
      int most = Math.max(1, Math.min(wanted, k / SHORTEST_STRETCH));
      // a power of two, for so are most numbers of threads
      return new Plan(rows, columns, Blocks.of(k, Math.ceilDiv(k, Integer.highestOneBit(most)), 1));
    }

    int blocks() {
      return rows.count() * columns.count();
    }
  }

  /// A block of c and a range of the inner dimension.
  private record Part(long c, int row, int rows, int column, int columns, int from, int to) {}

  /// c (m,n) a (k,m) b (k,n), by address
  void run(long c, long a, long b, int m, int n, int k) {
    if (m == 0 || n == 0 || k == 0) {
      return;
    }
    Plan plan = Plan.of(m, n, k);
    Product x = new Product(c, a, b, m, n, k);
    int partials = plan.stretches.count() - 1;
    long size = (long) m * n;
    long partial =
        partials == 0 ? c : scratch.segment(0, PARTIAL_SUMS, 4 * size * partials).address();
    parallel.run(
        plan.blocks() * plan.stretches.count(),
        (part, thread) -> block(x, part(x, plan, partial, part), thread));
    if (partials > 0) {
      Parts parts = Parts.elements(size);
      parallel.run(
          parts.count(),
          (part, thread) -> addAll(c, partial, size, partials, parts.from(part), parts.to(part)));
    }
  }

  private static Part part(Product x, Plan plan, long partial, int part) {
    int stretch = part / plan.blocks();
    int block = part % plan.blocks();
    int i = block / plan.columns.count();
    int j = block % plan.columns.count();
    int row = plan.rows.from(i);
    int column = plan.columns.from(j);
    long sums = stretch == 0 ? x.c : partial + 4L * (stretch - 1) * x.m * x.n;
    int from = plan.stretches.from(stretch);
    return new Part(
        sums + 4 * ((long) row * x.n + column),
        row,
        plan.rows.length(i),
        column,
        plan.columns.length(j),
        from,
        from + plan.stretches.length(stretch));
  }

  private void block(Product x, Part part, int thread) {
    Blocks depths = Blocks.of(part.to - part.from, DEPTH, 16);
    int longest = depths.each();
    Buffers buffer = buffers[thread];
    buffer.a = GemmPacking.grown(buffer.a, GemmPacking.size(HIGH, part.rows, longest));
    buffer.b = GemmPacking.grown(buffer.b, GemmPacking.size(WIDTH, part.columns, longest));
    long tile = scratch.segment(thread, TILE, GemmTile.BYTES + 64).address();
    Ahead ahead = new Ahead(tile + GemmTile.BYTES);
    for (int depth = 0; depth < depths.count(); depth++) {
      int k = depths.length(depth);
      long first = (long) part.from + depths.from(depth);
      long a = x.a + 4 * (first * x.m + part.row);
      long b = x.b + 4 * (first * x.n + part.column);
      GemmPacking.panels(buffer.a, HIGH, a, 4L * x.m, k, part.rows);
      GemmPacking.panels(buffer.b, WIDTH, b, 4L * x.n, k, part.columns);
      int next = depth + 1 < depths.count() ? depths.length(depth + 1) : 0;
      boolean adds = part.from == 0 || depth > 0;
      tiles(x, part, buffer, k, adds, new Next(x, part, first + k, next), tile, ahead);
    }
  }

  private static void tiles(
      Product x,
      Part part,
      Buffers buffer,
      int k,
      boolean adds,
      Next next,
      long tile,
      Ahead ahead) {
    long ldc = 4L * x.n;
    int t = 0;
    for (int j = 0; j < part.columns; j += WIDTH) {
      int b = j * k;
      int width = Math.min(WIDTH, part.columns - j);
      for (int i = 0; i < part.rows; i += ROWS) {
        next.ask(ahead, t++);
        int a = i / HIGH * HIGH * k + i % HIGH;
        int height = Math.min(ROWS, part.rows - i);
        long c = part.c + ldc * i + 4L * j;
        if (!adds && height == ROWS && width == WIDTH) {
          GemmTile.columns(c, ldc, buffer.a, a, buffer.b, b, k, ahead);
          continue;
        }
        GemmTile.columns(tile, 2 * W, buffer.a, a, buffer.b, b, k, ahead);
        if (adds) {
          TileStore.add(c, ldc, 0, tile, height, width);
        } else {
          TileStore.assign(c, ldc, tile, height, width);
        }
      }
    }
  }

  /// What is packed next, when it is contiguous: rows of a and of b from `first` on.
  private static final class Next {
    private final long a;
    private final long aBytes;
    private final long b;
    private final long bBytes;
    private final int window;

    Next(Product x, Part part, long first, int k) {
      a = x.a + 4 * first * x.m;
      aBytes = part.rows == x.m ? 4L * x.m * k : 0;
      b = x.b + 4 * first * x.n;
      bBytes = part.columns == x.n ? 4L * x.n * k : 0;
      long tiles = (long) Math.ceilDiv(part.rows, ROWS) * Math.ceilDiv(part.columns, WIDTH);
      long each = Math.clamp((aBytes + bBytes) / tiles, 64, MOST_AHEAD / 2);
      window = (int) Long.highestOneBit(each) * 2;
    }

    void ask(Ahead ahead, int tile) {
      ahead.nothing();
      int windows = ahead.read(a, aBytes, window, tile);
      ahead.read(b, bBytes, window, tile - windows);
    }
  }

  private static void addAll(long c, long partial, long size, int count, long from, long to) {
    for (int s = 0; s < count; s++) {
      Packing.add(c + 4 * from, partial + 4 * (s * size + from), (int) (to - from));
    }
  }
}
