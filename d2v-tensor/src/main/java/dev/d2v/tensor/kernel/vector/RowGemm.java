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
/// First all threads pack b, which is a weight and small, into panels as wide as a tile: of NN in
/// the order of memory, some rows each; of NT some panels. Then each part takes a block of rows and
/// some of the panels: it goes through its rows of a in strips of a tile's height, packs each when
/// it is first needed, and multiplies them by a few panels that stay in the second-level cache,
/// then by the next. When all panels stay there, one strip at a time is packed, in the nearest
/// cache.
final class RowGemm {
  /// Parts for each thread, so that one that is held up holds up little.
  private static final int PARTS = 8;

  /// Floats of a, and of b, that stay in the second-level cache.
  private static final int CACHED_A = 1 << 16;

  private static final int CACHED_B = 1 << 17;

  /// Floats behind a panel: a line, lest panels fall on the same sets of the caches.
  private static final int GAP = 16;

  private static final int TILE = 2;
  private static final float[] NONE = {};

  private final RowParallel parallel;
  private final Scratch scratch;
  private final DotGemm dots;
  private final PanelGemm panels;

  /// Strips of a for each thread.
  private final Packed[] strips;

  /// b in panels: for each stretch of the inner dimension all panels.
  private final Packed packed = new Packed();

  /// The bias, or zeros, padded to whole panels; behind it zeros for one panel.
  private float[] bias = NONE;

  RowGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.dots = new DotGemm(parallel, scratch);
    this.panels = new PanelGemm(parallel, scratch);
    this.strips = Packed.forThreads(parallel.threads());
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

    /// Where a panel of b is behind the first.
    int panel(int panel, int depth) {
      int before = panels.count() * (WIDTH * depths.from(depth) + GAP * depth);
      return before + panel * stride(depth);
    }

    /// Floats from a panel to the next.
    int stride(int depth) {
      return WIDTH * depths.length(depth) + GAP;
    }

    /// Floats of all panels.
    long packed() {
      return (long) panels.count() * ((long) WIDTH * depths.size() + (long) GAP * depths.count());
    }
  }

  void run(Product x) {
    if (x.m == 0 || x.n == 0) {
      return;
    }
    if (DotGemm.suits(x)) {
      dots.run(x);
      return;
    }
    int padded = new Panels(x.n).padded();
    bias = GemmPacking.grown(bias, padded + WIDTH);
    Arrays.fill(bias, 0, padded + WIDTH, 0);
    if (x.bias != 0) {
      GemmPacking.copy(bias, 0, x.bias, x.n);
    }
    if (panels.suits(x)) {
      panels.run(x, bias);
    } else {
      packThenMultiply(x);
    }
  }

  private void packThenMultiply(Product x) {
    Plan plan = Plan.of(x.m, x.n, x.k, parallel.threads());
    packed.fit(plan.packed());
    if (x.transposed) {
      int depths = plan.depths.count();
      parallel.run(
          plan.panels.count() * depths,
          (part, thread) -> packPanel(x, plan, part / depths, part % depths, thread));
    } else {
      Blocks shares = Blocks.of(x.k, Math.ceilDiv(x.k, PARTS * parallel.threads()), 1);
      parallel.run(
          shares.count(),
          (share, thread) -> packRows(x, plan, shares.from(share), shares.length(share)));
    }
    parallel.run(
        plan.rows.count() * plan.groups.count(), (part, thread) -> block(x, plan, part, thread));
  }

  /// Some rows of b.
  private void packRows(Product x, Plan plan, int from, int count) {
    for (int p = from; p < from + count; p++) {
      int depth = p / plan.depths.each();
      int at = packed.at + plan.panel(0, depth) + WIDTH * (p - plan.depths.from(depth));
      long row = x.b + 4L * x.n * p;
      GemmPacking.panels(packed.array, at, WIDTH, plan.stride(depth), row, 0, 1, x.n);
    }
  }

  private void packPanel(Product x, Plan plan, int panel, int depth, int thread) {
    int p = plan.depths.from(depth);
    int k = plan.depths.length(depth);
    long buffer = scratch.segment(thread, TILE, StoredRows.BUFFER_BYTES).address();
    packPanel(x, packed.array, packed.at + plan.panel(panel, depth), panel, p, k, buffer);
  }

  /// A panel of the transpose of b: k columns of its rows from p on.
  ///
  /// @param buffer of the thread's own, of StoredRows.BUFFER_BYTES
  static void packPanel(Product x, float[] to, int at, int panel, int p, int k, long buffer) {
    Panels panels = new Panels(x.n);
    int from = panels.start(panel);
    int width = panels.width(panel);
    if (x.stored != null) {
      x.stored.panel(to, at, from, p, k, width, buffer);
    } else {
      long b = x.b + 4 * ((long) from * x.k + p);
      GemmPacking.transposed(to, at, b, 4L * x.k, k, width, 1);
      GemmPacking.pad(to, at, k, width);
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
    Strips layout = new Strips(plan.depths.each());
    boolean once = to - from <= plan.cached;
    strips[thread].fit(layout.size(once ? 1 : Math.ceilDiv(rows, ROWS)));
    float[] a = strips[thread].array;
    int start = strips[thread].at;
    for (int depth = 0; depth < plan.depths.count(); depth++) {
      int k = plan.depths.length(depth);
      for (int j = from; j < to; j += plan.cached) {
        int end = Math.min(to, j + plan.cached);
        for (int i = 0; i < rows; i += ROWS) {
          int height = Math.min(ROWS, rows - i);
          int at = start + (once ? 0 : layout.at(i / ROWS));
          if (j == from) {
            long row = x.a + 4 * ((long) (first + i) * x.k + plan.depths.from(depth));
            GemmPacking.strip(a, at, row, 4L * x.k, height, k);
          }
          for (int panel = j; panel < end; panel++) {
            tile(x, plan, depth, panel, a, at, first + i, height, tile);
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
    int z = depth == 0 ? column : plan.panels.padded();
    int k = plan.depths.length(depth);
    int b = packed.at + plan.panel(panel, depth);
    tile(x, tile, row, rows, column, depth == 0, bias, z, a, at, packed.array, b, k);
  }

  /// A tile of c: see [GemmTile#rows].
  ///
  /// @param buffer address of a buffer for a tile
  /// @param fresh whether nothing was added to it yet
  static void tile(
      Product x,
      long buffer,
      int row,
      int rows,
      int column,
      boolean fresh,
      float[] z,
      int zt,
      float[] a,
      int at,
      float[] b,
      int bt,
      int k) {
    int width = Math.min(WIDTH, x.n - column);
    long ldc = 4L * x.n;
    long c = x.c + ldc * row + 4L * column;
    boolean adds = !fresh || x.addend != 0;
    if (rows == ROWS && width == WIDTH && !adds) {
      TileStore.expect(c, ldc);
      GemmTile.rows(c, ldc, ROWS, z, zt, a, at, b, bt, k);
      return;
    }
    GemmTile.rows(buffer, 2 * W, rows, z, zt, a, at, b, bt, k);
    if (adds) {
      TileStore.add(c, ldc, fresh ? x.addend - x.c : 0, buffer, rows, width);
    } else {
      TileStore.assign(c, ldc, buffer, rows, width);
    }
  }
}
