package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
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
/// part takes a block of rows and some of the panels: it goes through its rows of a in strips of a
/// tile's height, packs each when it is first needed, and multiplies them by a few panels that stay
/// in the second-level cache, then by the next. When all panels stay there, one strip at a time is
/// packed, in the nearest cache.
final class RowGemm {
  /// Parts for each thread, so that one that is held up holds up little.
  private static final int PARTS = 8;

  /// Floats of a, and of b, that stay in the second-level cache.
  private static final int CACHED_A = 1 << 16;

  private static final int CACHED_B = 1 << 17;

  private static final int TILE = 2;
  private static final float[] NONE = {};

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Strips of a for each thread.
  private final float[][] strips;

  /// b in panels: for each stretch of the inner dimension all panels.
  private float[] packed = NONE;

  /// The bias, or zeros, padded to whole panels; behind it zeros for one panel.
  private float[] bias = NONE;

  RowGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.strips = new float[parallel.threads()][0];
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

  /// How a product is cut: stretches of the inner dimension, blocks of rows, groups of panels; and
  /// how many panels stay in the cache.
  private record Plan(Panels panels, Blocks depths, Blocks rows, Blocks groups, int cached) {
    static Plan of(int m, int n, int k, int threads) {
      Panels panels = new Panels(n);
      Blocks depths = Blocks.of(k, DEPTH, 16);
      int wanted = PARTS * threads;
      int most = Math.max(ROWS, CACHED_A / depths.each());
      Blocks rows = Blocks.of(m, Math.min(most, Math.ceilDiv(m, wanted)), ROWS);
      int each = Math.min(panels.count(), Math.ceilDiv(panels.count() * rows.count(), wanted));
      int cached = Math.max(1, CACHED_B / (WIDTH * depths.each()));
      return new Plan(panels, depths, rows, Blocks.of(panels.count(), each, 1), cached);
    }

    /// Where a panel of b starts in the packed array.
    int panel(int panel, int depth) {
      return panels.padded() * depths.from(depth) + panels.start(panel) * depths.length(depth);
    }
  }

  void run(Product x) {
    if (x.m == 0 || x.n == 0) {
      return;
    }
    Plan plan = Plan.of(x.m, x.n, x.k, parallel.threads());
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
    parallel.run(
        plan.rows.count() * plan.groups.count(), (part, thread) -> block(x, plan, part, thread));
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

  private void block(Product x, Plan plan, int part, int thread) {
    int block = part / plan.groups.count();
    int group = part % plan.groups.count();
    int first = plan.rows.from(block);
    int rows = plan.rows.length(block);
    int from = plan.groups.from(group);
    int to = from + plan.groups.length(group);
    long tile = scratch.segment(thread, TILE, GemmTile.BYTES).address();
    int floats = GemmPacking.strip(plan.depths.each());
    int size = to - from <= plan.cached ? 0 : floats;
    strips[thread] =
        GemmPacking.grown(strips[thread], floats + (long) Math.ceilDiv(rows, ROWS) * size);
    float[] a = strips[thread];
    for (int depth = 0; depth < plan.depths.count(); depth++) {
      int k = plan.depths.length(depth);
      for (int j = from; j < to; j += plan.cached) {
        int end = Math.min(to, j + plan.cached);
        for (int i = 0; i < rows; i += ROWS) {
          int height = Math.min(ROWS, rows - i);
          if (j == from) {
            long row = x.a + 4 * ((long) (first + i) * x.k + plan.depths.from(depth));
            GemmPacking.strip(a, i / ROWS * size, row, 4L * x.k, height, k);
          }
          for (int panel = j; panel < end; panel++) {
            tile(x, plan, depth, panel, a, i / ROWS * size, first + i, height, tile);
          }
          if (x.epilogue != null && depth == plan.depths.count() - 1) {
            int column = plan.panels.start(j);
            int width = Math.min(x.n, plan.panels.start(end)) - column;
            x.epilogue.apply(first + i, height, column, width);
          }
        }
      }
    }
  }

  /// A strip, which is packed at `at` and has `rows` rows from `row` on, by a panel.
  ///
  /// @param tile a buffer of the thread's own
  private void tile(
      Product x, Plan plan, int depth, int panel, float[] a, int at, int row, int rows, long tile) {
    int column = plan.panels.start(panel);
    int width = plan.panels.width(panel);
    int k = plan.depths.length(depth);
    int b = plan.panel(panel, depth);
    int z = depth == 0 ? column : plan.panels.padded();
    long ldc = 4L * x.n;
    long c = x.c + ldc * row + 4L * column;
    boolean adds = depth > 0 || x.addend != 0;
    if (rows == ROWS && width == WIDTH && !adds) {
      TileStore.expect(c, ldc);
      GemmTile.rows(c, ldc, ROWS, bias, z, a, at, packed, b, k);
      return;
    }
    GemmTile.rows(tile, 2 * W, rows, bias, z, a, at, packed, b, k);
    if (adds) {
      TileStore.add(c, ldc, depth == 0 ? x.addend - x.c : 0, tile, rows, width);
    } else {
      TileStore.assign(c, ldc, tile, rows, width);
    }
  }
}
