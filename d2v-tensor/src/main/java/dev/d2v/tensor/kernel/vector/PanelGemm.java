package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;

/// `c = a b^T + bias + addend` for some hundred rows of a, fewer than b has: an encoder on one
/// sample. All threads pack a. Then each part packs a panel of b at a time and multiplies all rows
/// of a by it while it is in the second-level cache, so that a packed weight never goes to memory
/// and back.
final class PanelGemm {
  /// Rows of a: with more of them, packing b weighs little, and their strips are too much for the
  /// caches to be read for every panel.
  private static final int MOST = 512;

  private static final int PARTS = 8;

  /// Panels for each thread below which there are too few parts.
  private static final int PANELS = 4;

  private static final int BUFFER = 2;

  private final RowParallel parallel;
  private final Scratch scratch;

  /// a in strips: for each stretch of the inner dimension all strips.
  private final Packed strips = new Packed();

  /// A panel of b for each thread.
  private final Packed[] packed;

  PanelGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.packed = Packed.forThreads(parallel.threads());
  }

  /// Whether a product is one of these.
  boolean suits(RowGemm.Product x) {
    int panels = new Panels(x.n()).count();
    return x.transposed() && x.m() <= MOST && panels >= PANELS * parallel.threads();
  }

  /// @param bias the bias, or zeros, padded to whole panels; behind it zeros for one panel
  void run(RowGemm.Product x, float[] bias) {
    Blocks depths = Blocks.of(x.k(), DEPTH, 16);
    int count = Math.ceilDiv(x.m(), ROWS);
    strips.fit(new Strips(depths.each()).size(depths.count() * count));
    parallel.run(count, (strip, thread) -> pack(x, depths, strip, count));
    Panels panels = new Panels(x.n());
    int each = Math.ceilDiv(panels.count(), PARTS * parallel.threads());
    Blocks parts = Blocks.of(panels.count(), each, 1);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          packed[thread].fit((long) WIDTH * depths.each());
          int from = parts.from(part);
          int to = from + parts.length(part);
          for (int panel = from; panel < to; panel++) {
            panel(x, depths, bias, panel, thread);
          }
          if (x.epilogue() != null) {
            int column = panels.start(from);
            x.epilogue().apply(0, x.m(), column, Math.min(x.n(), panels.start(to)) - column);
          }
        });
  }

  private void pack(RowGemm.Product x, Blocks depths, int strip, int count) {
    Strips layout = new Strips(depths.each());
    int rows = Math.min(ROWS, x.m() - strip * ROWS);
    for (int depth = 0; depth < depths.count(); depth++) {
      long from = x.a() + 4 * ((long) strip * ROWS * x.k() + depths.from(depth));
      int at = strips.at + layout.at(depth * count + strip);
      GemmPacking.strip(strips.array, at, from, 4L * x.k(), rows, depths.length(depth));
    }
  }

  private void panel(RowGemm.Product x, Blocks depths, float[] bias, int panel, int thread) {
    long buffer = scratch.segment(thread, BUFFER, StoredRows.BUFFER_BYTES).address();
    float[] b = packed[thread].array;
    int start = packed[thread].at;
    int count = Math.ceilDiv(x.m(), ROWS);
    Strips layout = new Strips(depths.each());
    int column = panel * WIDTH;
    for (int depth = 0; depth < depths.count(); depth++) {
      int k = depths.length(depth);
      RowGemm.packPanel(x, b, start, panel, depths.from(depth), k, buffer);
      int z = depth == 0 ? column : new Panels(x.n()).padded();
      for (int strip = 0; strip < count; strip++) {
        int row = strip * ROWS;
        int rows = Math.min(ROWS, x.m() - row);
        int at = strips.at + layout.at(depth * count + strip);
        RowGemm.tile(
            x, buffer, row, rows, column, depth == 0, bias, z, strips.array, at, b, start, k);
      }
    }
  }
}
