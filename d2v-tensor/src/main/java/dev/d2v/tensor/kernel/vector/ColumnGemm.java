package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
import static dev.d2v.tensor.kernel.vector.GemmTile.HIGH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;

/// `c += a^T b` with k long: a weight's gradient.
///
/// The inner dimension is taken in pieces. First all threads pack a piece of a and b, each some of
/// their rows, in the order of memory and each element once. Then each part adds to a block of c
/// what the piece gives: a panel of b stays in the nearest caches while the tiles of a block go by.
/// An element of c is summed in an order that depends on its shape alone.
final class ColumnGemm {
  /// Parts for each thread, so that one that is held up holds up little.
  private static final int PARTS = 8;

  /// Floats behind a panel: a line, lest panels fall on the same sets of the caches.
  private static final int GAP = 16;

  private static final int TILE = 2;

  private final RowParallel parallel;
  private final Scratch scratch;

  /// A piece of a in panels of HIGH columns, and of b in panels of WIDTH.
  private final Packed packedA = new Packed();

  private final Packed packedB = new Packed();

  ColumnGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  /// By address.
  private record Product(long c, long a, long b, int m, int n, int k) {}

  /// How a product is cut: pieces of the inner dimension, blocks of rows and columns of c.
  private record Plan(Blocks pieces, Blocks rows, Blocks columns) {
    static Plan of(int m, int n, int k, int threads) {
      int wanted = PARTS * threads;
      Blocks rows = Blocks.of(m, Math.ceilDiv(m, wanted), ROWS);
      int across = Math.ceilDiv(wanted, rows.count());
      return new Plan(Blocks.of(k, DEPTH, 16), rows, Blocks.of(n, Math.ceilDiv(n, across), WIDTH));
    }
  }

  /// c (m,n) a (k,m) b (k,n), by address
  void run(long c, long a, long b, int m, int n, int k) {
    if (m == 0 || n == 0 || k == 0) {
      return;
    }
    Product x = new Product(c, a, b, m, n, k);
    Plan plan = Plan.of(m, n, k, parallel.threads());
    int longest = plan.pieces.each();
    packedA.fit((long) Math.ceilDiv(m, HIGH) * stride(HIGH, longest));
    packedB.fit((long) Math.ceilDiv(n, WIDTH) * stride(WIDTH, longest));
    for (int piece = 0; piece < plan.pieces.count(); piece++) {
      int from = plan.pieces.from(piece);
      int length = plan.pieces.length(piece);
      Blocks shares = Blocks.of(length, Math.ceilDiv(length, PARTS * parallel.threads()), 1);
      parallel.run(
          shares.count(),
          (share, thread) -> pack(x, from, length, shares.from(share), shares.length(share)));
      int across = plan.columns.count();
      parallel.run(
          plan.rows.count() * across,
          (part, thread) -> block(x, plan, length, part / across, part % across, thread));
    }
  }

  /// Floats from one panel to the next.
  private static int stride(int width, int length) {
    return width * length + GAP;
  }

  /// Packs `count` rows of a piece that begins at row `from` and has `length`.
  private void pack(Product x, int from, int length, int first, int count) {
    long row = (long) from + first;
    long a = x.a + 4 * row * x.m;
    long b = x.b + 4 * row * x.n;
    int m = x.m;
    int n = x.n;
    int atA = packedA.at + first * HIGH;
    int atB = packedB.at + first * WIDTH;
    GemmPacking.panels(packedA.array, atA, HIGH, stride(HIGH, length), a, 4L * m, count, m);
    GemmPacking.panels(packedB.array, atB, WIDTH, stride(WIDTH, length), b, 4L * n, count, n);
  }

  private void block(Product x, Plan plan, int k, int block, int across, int thread) {
    long tile = scratch.segment(thread, TILE, GemmTile.BYTES).address();
    int top = plan.rows.from(block);
    int bottom = top + plan.rows.length(block);
    int left = plan.columns.from(across);
    int right = left + plan.columns.length(across);
    long ldc = 4L * x.n;
    for (int j = left; j < right; j += WIDTH) {
      int b = packedB.at + j / WIDTH * stride(WIDTH, k);
      for (int i = top; i < bottom; i += ROWS) {
        int a = packedA.at + i / HIGH * stride(HIGH, k) + i % HIGH;
        int height = Math.min(ROWS, bottom - i);
        GemmTile.columns(tile, 2 * W, height, packedA.array, a, packedB.array, b, k);
        long c = x.c + ldc * i + 4L * j;
        TileStore.add(c, ldc, 0, tile, height, Math.min(WIDTH, right - j));
      }
    }
  }
}
