package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.Panels.WIDTH;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import org.jspecify.annotations.Nullable;

/// `c = a b + bias + addend` with the rows of a contiguous: NN and NT.
///
/// First all threads pack b, which is a weight and small, into panels as wide as a tile. Then each
/// part takes a block of rows of a, packs at most [GemmTile#DEPTH] of their columns at a time and
/// runs them against the panels: that part of a stays in the second-level cache, and the block of c
/// too.
final class RowGemm {
  private static final int ROW_STEP = 4 * GemmTile.ROWS;
  private static final int MOST_ROWS = 96;
  private static final int ENOUGH_PARTS = 32;

  private static final int PACKED_B = 0;
  private static final int PACKED_A = 1;
  private static final int TILE = 2;

  private final RowParallel parallel;
  private final Scratch scratch;

  RowGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  /// One product, by address; 0 where there is none. c (m,n) a (m,k) b (k,n), or (n,k) when
  /// transposed; bias (n); addend (m,n)
  record Product(
      long c,
      long a,
      long b,
      boolean transposed,
      long bias,
      long addend,
      @Nullable GeluEpilogue epilogue,
      int m,
      int n,
      int k) {}

  /// b in panels behind one tile's width of zeros and the padded bias.
  private record PackedB(long at, Panels panels, Blocks depths, boolean bias) {
    static final long ZEROS = 4L * WIDTH;

    static long bytes(Panels panels, int k) {
      return ZEROS + 4L * panels.padded() * (1L + k);
    }

    long bias(int panel, int depth) {
      return at + (bias && depth == 0 ? ZEROS + 4L * panels.start(panel) : 0);
    }

    long panel(int panel, int depth) {
      long floats = panels.padded() + (long) panels.start(panel) * depths.size();
      return at + ZEROS + 4 * (floats + (long) depths.from(depth) * WIDTH);
    }
  }

  void run(Product x) {
    if (x.m == 0 || x.n == 0) {
      return;
    }
    Panels panels = new Panels(x.n);
    Blocks depths = Blocks.of(x.k, DEPTH, 16);
    long memory = scratch.segment(0, PACKED_B, PackedB.bytes(panels, x.k)).address();
    PackedB packed = new PackedB(memory, panels, depths, x.bias != 0);
    pack(x, packed);
    Blocks rows = Blocks.of(x.m, Math.min(MOST_ROWS, Math.ceilDiv(x.m, ENOUGH_PARTS)), ROW_STEP);
    Blocks columns =
        Blocks.of(panels.count(), Math.ceilDiv(panels.count() * rows.count(), ENOUGH_PARTS), 1);
    parallel.run(
        rows.count() * columns.count(),
        (part, thread) ->
            block(
                x, packed, rows, part / columns.count(), columns, part % columns.count(), thread));
  }

  private void pack(Product x, PackedB packed) {
    Packing.zero(packed.at, WIDTH);
    if (x.bias != 0) {
      Packing.panel(packed.at + PackedB.ZEROS, x.bias, 0, 1, x.n, packed.panels.padded());
    }
    int count = packed.depths.count();
    parallel.run(
        packed.panels.count() * count,
        (part, thread) -> packPanel(x, packed, part / count, part % count));
  }

  private static void packPanel(Product x, PackedB packed, int panel, int depth) {
    int from = packed.panels.start(panel);
    int width = packed.panels.width(panel);
    int p = packed.depths.from(depth);
    int k = packed.depths.length(depth);
    long to = packed.panel(panel, depth);
    if (x.transposed) {
      Packing.transposed(to, x.b + 4 * ((long) from * x.k + p), 4L * x.k, k, width, WIDTH);
    } else {
      Packing.panel(to, x.b + 4 * ((long) p * x.n + from), 4L * x.n, k, width, WIDTH);
    }
  }

  private void block(
      Product x, PackedB packed, Blocks rows, int block, Blocks columns, int column, int thread) {
    Panels panels = packed.panels;
    Blocks depths = packed.depths;
    int row = rows.from(block);
    int count = rows.length(block);
    int last = depths.count() - 1;
    int end = columns.from(column) + columns.length(column);
    long tile = scratch.segment(thread, TILE, GemmTile.BYTES).address();
    long a = scratch.segment(thread, PACKED_A, 4L * Blocks.roundUp(count, ROWS) * DEPTH).address();
    for (int depth = 0; depth <= last; depth++) {
      int k = depths.length(depth);
      packRows(a, x.a + 4 * ((long) row * x.k + depths.from(depth)), 4L * x.k, count, k);
      boolean adds = depth > 0 || x.addend != 0;
      var target = new GemmBlock(4L * x.n, depth == 0 && adds ? x.addend - x.c : 0, adds, tile, 0);
      for (int j = columns.from(column); j < end; j++) {
        long c = x.c + 4 * ((long) row * x.n + panels.start(j));
        panel(target, c, a, count, packed, j, depth);
        if (depth == last && x.epilogue != null) {
          x.epilogue.apply(row, count, panels.start(j), panels.width(j));
        }
      }
    }
  }

  /// Rows of a in panels of a tile's height, transposed.
  private static void packRows(long to, long a, long lda, int rows, int k) {
    for (int i = 0; i < rows; i += ROWS) {
      Packing.transposed(to + 4L * i * k, a + lda * i, lda, k, Math.min(ROWS, rows - i), ROWS);
    }
  }

  /// All rows of a block against one panel of b.
  private static void panel(
      GemmBlock target, long c, long a, int rows, PackedB packed, int panel, int depth) {
    int k = packed.depths.length(depth);
    long b = packed.panel(panel, depth);
    long bias = packed.bias(panel, depth);
    int width = packed.panels.width(panel);
    for (int i = 0; i < rows; i += ROWS) {
      int there = Math.min(ROWS, rows - i);
      target.tile(
          c + target.ldc() * i, there, a + 4L * i * k, 4L * ROWS, b, 4L * WIDTH, bias, width, k);
    }
  }
}
