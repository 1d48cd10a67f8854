package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
import static dev.d2v.tensor.kernel.vector.Panels.WIDTH;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// `c = a b + bias + addend` with the rows of a contiguous: NN and NT.
///
/// First all threads pack b, which is a weight and small, into panels as wide as a tile. Then each
/// part takes a block of rows of a and runs at most [GemmTile#DEPTH] of their columns at a time
/// against the panels: that part of a stays in the second-level cache, and the block of c too.
final class RowGemm {
  private static final int ROW_STEP = 4 * GemmTile.ROWS;
  private static final int MOST_ROWS = 96;
  private static final int ENOUGH_PARTS = 32;

  private static final int PACKED_B = 0;
  private static final int EDGE = 1;
  private static final int TILE = 2;

  private final RowParallel parallel;
  private final Scratch scratch;

  RowGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  /// One product. c (m,n) a (m,k) b (k,n), or (n,k) when transposed; bias (n); addend (m,n)
  record Product(
      MemorySegment c,
      MemorySegment a,
      MemorySegment b,
      boolean transposed,
      @Nullable MemorySegment bias,
      @Nullable MemorySegment addend,
      @Nullable GeluEpilogue epilogue,
      int m,
      int n,
      int k) {}

  /// b in panels behind one tile's width of zeros and the padded bias.
  private record PackedB(MemorySegment data, Panels panels, Blocks depths, boolean bias) {
    static final long ZEROS = 4L * WIDTH;

    static long bytes(Panels panels, int k) {
      return ZEROS + 4L * panels.padded() * (1L + k);
    }

    long bias(int panel, int depth) {
      return bias && depth == 0 ? ZEROS + 4L * panels.start(panel) : 0;
    }

    long panel(int panel, int depth) {
      long floats = panels.padded() + (long) panels.start(panel) * depths.size();
      return ZEROS + 4 * (floats + (long) depths.from(depth) * WIDTH);
    }
  }

  void run(Product x) {
    if (x.m == 0 || x.n == 0) {
      return;
    }
    Panels panels = new Panels(x.n);
    Blocks depths = Blocks.of(x.k, DEPTH, 16);
    MemorySegment memory = scratch.segment(0, PACKED_B, PackedB.bytes(panels, x.k));
    PackedB packed = new PackedB(memory, panels, depths, x.bias != null);
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
    Packing.zero(packed.data, 0, WIDTH);
    if (x.bias != null) {
      Packing.panel(packed.data, PackedB.ZEROS, x.bias, 0, x.n, 1, x.n, packed.panels.padded());
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
      Packing.transposed(packed.data, to, x.b, 4 * ((long) from * x.k + p), x.k, k, width, WIDTH);
    } else {
      Packing.panel(packed.data, to, x.b, 4 * ((long) p * x.n + from), x.n, k, width, WIDTH);
    }
  }

  private void block(
      Product x, PackedB packed, Blocks rows, int block, Blocks columns, int column, int thread) {
    Panels panels = packed.panels;
    Blocks depths = packed.depths;
    int row = rows.from(block);
    int count = rows.length(block);
    MemorySegment edge = scratch.segment(thread, EDGE, GemmBlock.EDGE_BYTES);
    MemorySegment tile = scratch.segment(thread, TILE, GemmTile.BYTES);
    int last = depths.count() - 1;
    int end = columns.from(column) + columns.length(column);
    for (int depth = 0; depth <= last; depth++) {
      int k = depths.length(depth);
      long slice = 4 * ((long) row * x.k + depths.from(depth));
      MemorySegment d = depth == 0 ? x.addend : x.c;
      GemmBlock target = new GemmBlock(x.c, 4L * x.n, d, packed.data, tile, edge);
      for (int j = columns.from(column); j < end; j++) {
        target.rows(
            4 * ((long) row * x.n + panels.start(j)),
            x.a,
            slice,
            4L * x.k,
            count,
            packed.data,
            packed.panel(j, depth),
            packed.bias(j, depth),
            panels.width(j),
            k);
        if (depth == last && x.epilogue != null) {
          x.epilogue.apply(row, count, panels.start(j), panels.width(j));
        }
      }
    }
  }
}
