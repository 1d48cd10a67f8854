package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.HIGH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import jdk.incubator.vector.FloatVector;

/// `c += a^T b`, `sums += column sums of a` with k long and c small: the gradients of a narrow
/// layer.
///
/// The rows are cut into a few *runs*, each with a result of its own; at the end the results are
/// added in their order. A part takes a run: it packs pieces of its rows that stay in the
/// second-level cache and multiplies them, with no wait for other threads, so that one reads memory
/// while another computes. [ColumnGemm] packs once for all threads instead, which pays when c is
/// large.
final class ColumnRuns {
  /// Most runs: twice as many as the threads that can be kept busy without the last ones waiting.
  private static final int RUNS = 16;

  /// Rows that are worth a run.
  private static final int LEAST = 64;

  /// Floats of a result; all runs' are written and read once.
  private static final int MOST = 1 << 17;

  /// Floats of a packed piece: with a result they fit the second-level cache.
  private static final int CACHED = 1 << 17;

  /// Floats behind a panel: a line, lest panels fall on the same sets of the caches.
  private static final int GAP = 16;

  /// Rows of c that are added up in a part.
  private static final int TOGETHER = 16;

  private static final int RESULTS = 1;
  private static final int TILE = 2;

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Packed pieces of a and of b for each thread.
  private final Packed[] packedA;

  private final Packed[] packedB;

  ColumnRuns(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.packedA = Packed.forThreads(parallel.threads());
    this.packedB = Packed.forThreads(parallel.threads());
  }

  /// By address; sums may be 0. A run's result has rows and columns of whole tiles, and behind them
  /// its column sums of a.
  private record Product(long c, long sums, long a, long b, int m, int n, int k, Blocks runs) {
    int rows() {
      return Blocks.roundUp(m, ROWS);
    }

    int columns() {
      return Blocks.roundUp(n, WIDTH);
    }

    /// Bytes of a run's result.
    long bytes() {
      return 4L * (rows() * columns() + Blocks.roundUp(m, HIGH));
    }

    Blocks pieces(int run) {
      return Blocks.of(runs.length(run), Math.max(LEAST, CACHED / (m + n)), 16);
    }
  }

  /// Whether this is the way for a product; it depends on its extents alone.
  static boolean suits(int m, int n, int k) {
    return (long) m * n <= MOST && k >= RUNS * LEAST;
  }

  /// c (m,n) a (k,m) b (k,n) sums (m), by address; sums may be 0
  void run(long c, long sums, long a, long b, int m, int n, int k) {
    Product x = new Product(c, sums, a, b, m, n, k, Blocks.of(k, Math.ceilDiv(k, RUNS), 16));
    int runs = x.runs.count();
    long results = scratch.segment(0, RESULTS, runs * x.bytes()).address();
    parallel.run(runs, (run, thread) -> multiply(x, run, results + run * x.bytes(), thread));
    Blocks rows = Blocks.of(m, TOGETHER, 1);
    parallel.run(
        rows.count(), (part, thread) -> add(x, results, rows.from(part), rows.length(part)));
  }

  private void multiply(Product x, int run, long result, int thread) {
    Blocks pieces = x.pieces(run);
    int strideA = HIGH * pieces.each() + GAP;
    int strideB = WIDTH * pieces.each() + GAP;
    packedA[thread].fit((long) Math.ceilDiv(x.m, HIGH) * strideA);
    packedB[thread].fit((long) Math.ceilDiv(x.n, WIDTH) * strideB);
    float[] a = packedA[thread].array;
    float[] b = packedB[thread].array;
    int beginA = packedA[thread].at;
    int beginB = packedB[thread].at;
    long tile = scratch.segment(thread, TILE, GemmTile.BYTES).address();
    long ldc = 4L * x.columns();
    for (int piece = 0; piece < pieces.count(); piece++) {
      long row = (long) x.runs.from(run) + pieces.from(piece);
      int k = pieces.length(piece);
      GemmPacking.panels(a, beginA, HIGH, strideA, x.a + 4 * row * x.m, 4L * x.m, k, x.m);
      GemmPacking.panels(b, beginB, WIDTH, strideB, x.b + 4 * row * x.n, 4L * x.n, k, x.n);
      if (x.sums != 0) {
        columnSums(x, a, beginA, strideA, k, result + ldc * x.rows(), piece > 0);
      }
      for (int j = 0; j < x.n; j += WIDTH) {
        int panel = beginB + j / WIDTH * strideB;
        for (int i = 0; i < x.m; i += ROWS) {
          int at = beginA + i / HIGH * strideA + i % HIGH;
          long c = result + ldc * i + 4L * j;
          if (piece == 0) {
            GemmTile.columns(c, ldc, ROWS, a, at, b, panel, k);
          } else {
            GemmTile.columns(tile, 2 * W, ROWS, a, at, b, panel, k);
            TileStore.add(c, ldc, 0, tile, ROWS, WIDTH);
          }
        }
      }
    }
  }

  /// `to[i] = sum over the k rows of a packed piece`, or `+=`.
  private static void columnSums(
      Product x, float[] a, int begin, int stride, int k, long to, boolean accumulates) {
    for (int i = 0; i < x.m; i += V) {
      int at = begin + i / HIGH * stride + i % HIGH;
      FloatVector even = accumulates ? load(to + 4L * i) : FloatVector.zero(F);
      FloatVector odd = FloatVector.zero(F);
      int p = 0;
      for (; p < k - 1; p += 2) {
        even = even.add(FloatVector.fromArray(F, a, at + HIGH * p));
        odd = odd.add(FloatVector.fromArray(F, a, at + HIGH * (p + 1)));
      }
      if (p < k) {
        even = even.add(FloatVector.fromArray(F, a, at + HIGH * p));
      }
      store(even.add(odd), to + 4L * i);
    }
  }

  /// Adds all runs' results, in their order, to some rows of c and of the sums.
  private static void add(Product x, long results, int from, int rows) {
    long ldc = 4L * x.columns();
    for (int i = from; i < from + rows; i++) {
      addRow(x, x.c + 4L * x.n * i, results + ldc * i, x.n);
    }
    if (x.sums != 0) {
      addRow(x, x.sums + 4L * from, results + ldc * x.rows() + 4L * from, rows);
    }
  }

  /// n neighbouring elements.
  private static void addRow(Product x, long to, long from, int n) {
    long bytes = x.bytes();
    int runs = x.runs.count();
    int j = 0;
    for (; j <= n - V; j += V) {
      FloatVector sum = load(from + 4L * j);
      for (int run = 1; run < runs; run++) {
        sum = sum.add(load(from + run * bytes + 4L * j));
      }
      store(load(to + 4L * j).add(sum), to + 4L * j);
    }
    for (; j < n; j++) {
      float sum = get(from + 4L * j);
      for (int run = 1; run < runs; run++) {
        sum += get(from + run * bytes + 4L * j);
      }
      set(to + 4L * j, get(to + 4L * j) + sum);
    }
  }
}
