package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
import static dev.d2v.tensor.kernel.vector.GemmTile.LD;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// `c = a b + bias + addend` with the rows of a contiguous: NN and NT.
///
/// First all threads pack b, which is a weight and small, into panels as wide as a tile. Then each
/// part takes a block of rows and a group of panels that the second-level cache holds, and goes
/// through the rows in strips of a tile's height, each through all panels: a is read and c written
/// in the order of memory, and evenly over time.
final class RowGemm {
  private static final int ENOUGH_PARTS = 32;

  /// Floats of b that stay in the second-level cache.
  private static final int CACHED = 1 << 17;

  /// Bytes that a tile asks for ahead; a strip has more panels than windows.
  private static final int WINDOW = 2048;

  private static final int TILE = 2;
  private static final float[] NONE = {};

  private final RowParallel parallel;
  private final Scratch scratch;

  /// A strip of a for each thread.
  private final float[][] strips;

  /// b in panels: for each stretch of the inner dimension all panels.
  private float[] packed = NONE;

  /// The bias, or zeros, padded to whole panels; behind it zeros for one panel.
  private float[] bias = NONE;

  RowGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.strips = new float[parallel.threads()][ROWS * LD];
  }

  /// One product, by address; 0 where there is none. c (m,n) a (m,k) b (k,n), or (n,k) when
  /// transposed; bias (n); addend (m,n)
  record Product(
      long c,
      long a,
      long b,
      boolean transposed,
      @Nullable StoredRows stored,
      long bias,
      long addend,
      @Nullable GeluEpilogue epilogue,
      int m,
      int n,
      int k) {
    /// With a weight (n,k) that is stored in fewer bits.
    Product(
        long c,
        long a,
        StoredRows stored,
        long bias,
        long addend,
        @Nullable GeluEpilogue epilogue,
        int m,
        int n,
        int k) {
      this(c, a, stored.values(), true, stored, bias, addend, epilogue, m, n, k);
    }

    /// With matrices of floats.
    Product(
        long c,
        long a,
        long b,
        boolean transposed,
        long bias,
        long addend,
        @Nullable GeluEpilogue epilogue,
        int m,
        int n,
        int k) {
      this(c, a, b, transposed, null, bias, addend, epilogue, m, n, k);
    }
  }

  /// How a product is cut: stretches of the inner dimension, blocks of rows, groups of panels.
  private record Plan(Panels panels, Blocks depths, Blocks rows, Blocks groups) {
    static Plan of(int m, int n, int k) {
      Panels panels = new Panels(n);
      Blocks depths = Blocks.of(k, DEPTH, 16);
      Blocks rows = Blocks.of(m, Math.ceilDiv(m, ENOUGH_PARTS), ROWS);
      int cached = Math.max(1, CACHED / (WIDTH * depths.each()));
      int enough = Math.ceilDiv(panels.count() * rows.count(), ENOUGH_PARTS);
      return new Plan(panels, depths, rows, Blocks.of(panels.count(), Math.min(cached, enough), 1));
    }

    /// Whether a strip is done at once, so that the next one's rows can be asked for.
    boolean wholeRows() {
      return depths.count() == 1 && groups.count() == 1;
    }

    /// Where a panel of b starts in the packed array.
    int panel(int panel, int depth) {
      return panels.padded() * depths.from(depth) + panels.start(panel) * depths.length(depth);
    }
  }

  /// Where a part works: buffers of its thread, and the rows and the stretch that it is at.
  private record Strip(float[] a, long tile, Ahead ahead, int row, int rows, int depth) {}

  void run(Product x) {
    if (x.m == 0 || x.n == 0) {
      return;
    }
    Plan plan = Plan.of(x.m, x.n, x.k);
    int padded = plan.panels.padded();
    packed = GemmPacking.grown(packed, (long) padded * x.k);
    bias = GemmPacking.grown(bias, padded + WIDTH);
    Arrays.fill(bias, 0, padded + WIDTH, 0);
    if (x.bias != 0) {
      GemmPacking.copy(bias, 0, x.bias, x.n);
    }
    int depths = plan.depths.count();
    parallel.run(
        plan.panels.count() * depths,
        (part, thread) -> packPanel(x, plan, part / depths, part % depths, thread));
    int groups = plan.groups.count();
    parallel.run(
        plan.rows.count() * groups,
        (part, thread) -> block(x, plan, part / groups, part % groups, thread));
  }

  private void packPanel(Product x, Plan plan, int panel, int depth, int thread) {
    int from = plan.panels.start(panel);
    int width = plan.panels.width(panel);
    int p = plan.depths.from(depth);
    int k = plan.depths.length(depth);
    int at = plan.panel(panel, depth);
    if (x.stored != null) {
      long buffer = scratch.segment(thread, TILE, StoredRows.BUFFER_BYTES).address();
      x.stored.panel(packed, at, from, p, k, width, buffer);
    } else if (x.transposed) {
      long square = scratch.segment(thread, TILE, GemmPacking.SQUARE_BYTES).address();
      long b = x.b + 4 * ((long) from * x.k + p);
      GemmPacking.transposed(packed, at, b, 4L * x.k, k, width, square);
    } else {
      GemmPacking.panel(packed, at, x.b + 4 * ((long) p * x.n + from), 4L * x.n, k, width);
    }
  }

  private void block(Product x, Plan plan, int block, int group, int thread) {
    int first = plan.rows.from(block);
    int end = first + plan.rows.length(block);
    long tile = scratch.segment(thread, TILE, GemmTile.BYTES + 64).address();
    Ahead ahead = new Ahead(tile + GemmTile.BYTES);
    float[] a = strips[thread];
    int from = plan.groups.from(group);
    int to = from + plan.groups.length(group);
    int column = plan.panels.start(from);
    int width = Math.min(x.n, plan.panels.start(to)) - column;
    for (int depth = 0; depth < plan.depths.count(); depth++) {
      int k = plan.depths.length(depth);
      for (int i = first; i < end; i += ROWS) {
        int rows = Math.min(ROWS, end - i);
        long at = x.a + 4 * ((long) i * x.k + plan.depths.from(depth));
        GemmPacking.strip(a, at, 4L * x.k, rows, k);
        var strip = new Strip(a, tile, ahead, i, rows, depth);
        boolean more = plan.wholeRows() && i + 2 * ROWS <= end;
        for (int j = from; j < to; j++) {
          ahead.nothing();
          if (more) {
            next(ahead, x, i + ROWS, j);
          }
          tile(x, plan, strip, j);
        }
        if (x.epilogue != null && depth == plan.depths.count() - 1) {
          x.epilogue.apply(i, rows, column, width);
        }
      }
    }
  }

  /// Asks for a part of the next strip: of a, and of the results.
  private static void next(Ahead ahead, Product x, int row, int panel) {
    long out = 4L * ROWS * x.n;
    ahead.read(x.a + 4L * row * x.k, 4L * ROWS * x.k, WINDOW, panel);
    if (x.addend != 0) {
      return;
    }
    if (x.epilogue == null || !x.epilogue.keepsInput()) {
      ahead.write(x.c + 4L * row * x.n, out, WINDOW, panel);
    } else {
      int first = ahead.write(x.c + 4L * row * x.n, out, 2 * WINDOW, panel);
      ahead.write(x.epilogue.y() + 4L * row * x.n, out, 2 * WINDOW, panel - first);
    }
  }

  private void tile(Product x, Plan plan, Strip s, int panel) {
    int column = plan.panels.start(panel);
    int width = plan.panels.width(panel);
    int k = plan.depths.length(s.depth);
    int b = plan.panel(panel, s.depth);
    int z = s.depth == 0 ? column : plan.panels.padded();
    long ldc = 4L * x.n;
    long c = x.c + ldc * s.row + 4L * column;
    boolean adds = s.depth > 0 || x.addend != 0;
    if (s.rows == ROWS && width == WIDTH && !adds) {
      GemmTile.rows(c, ldc, ROWS, bias, z, s.a, 0, packed, b, k, s.ahead);
      return;
    }
    GemmTile.rows(s.tile, 2 * W, s.rows, bias, z, s.a, 0, packed, b, k, s.ahead);
    if (adds) {
      TileStore.add(c, ldc, s.depth == 0 ? x.addend - x.c : 0, s.tile, s.rows, width);
    } else {
      TileStore.assign(c, ldc, s.tile, s.rows, width);
    }
  }
}
