package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.store;
import static dev.d2v.tensor.kernel.vector.StoredTile.ACROSS;
import static dev.d2v.tensor.kernel.vector.StoredTile.HEIGHT;
import static dev.d2v.tensor.kernel.vector.StoredTile.LOW;
import static dev.d2v.tensor.kernel.vector.StoredTile.SQUARE;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.util.Arrays;

/// `c = a w^T + bias + addend` of a stored weight and a few rows of a: a sentence, a second of
/// speech. Packing the weight would take longer than the product, so it is read where it lies, once
/// for every [StoredTile#HEIGHT] rows of a, and widened in registers. Sums run along the rows of
/// both; the partial sums of a vector are added at the end, and then a weight's factors multiplied
/// in, once for each element of c.
final class StoredFewRows {
  /// Rows of a up to which this is faster than packing.
  private static final int MOST_ROWS = 56;

  /// Vectors of columns of a part, so that what follows a product has some length.
  private static final int COLUMNS = 4;

  private static final int PARTS = 4;

  /// Longest inner dimension at once.
  private static final int DEPTH = 768;

  private static final int ROW = 4;
  private static final float[] ZEROS = new float[V];

  private final RowParallel parallel;
  private final Scratch scratch;
  private final Packed strips = new Packed();

  /// Partial sums for each thread.
  private final float[][] sums;

  StoredFewRows(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.sums = new float[parallel.threads()][HEIGHT * SQUARE];
  }

  /// Whether a product is one for this: few rows, whole vectors, and registers for the tile.
  static boolean fits(RowGemm.Product x) {
    return GemmTile.ROWS == 12
        && x.m() <= MOST_ROWS
        && x.n() % V == 0
        && x.k() % V == 0
        && x.stored() != null
        && (Widening.HAS_BYTES || !x.stored().int8());
  }

  void run(RowGemm.Product x, StoredRows w) {
    int count = Math.ceilDiv(x.m(), HEIGHT);
    strips.fit((long) count * HEIGHT * x.k());
    parallel.run(count, (part, thread) -> pack(x, part));
    int vectors = x.n() / V;
    int each = Math.clamp(vectors / (PARTS * parallel.threads()), 1, COLUMNS);
    parallel.run(
        Math.ceilDiv(vectors, each),
        (part, thread) -> {
          int from = part * each;
          int to = Math.min(vectors, from + each);
          for (int v = from; v < to; v++) {
            columns(x, w, count, v * V, thread);
          }
          if (x.epilogue() != null) {
            x.epilogue().apply(0, x.m(), from * V, (to - from) * V);
          }
        });
  }

  /// A strip of a: a vector of each row, then the next; rows that are missing stay undefined.
  private void pack(RowGemm.Product x, int strip) {
    int rows = Math.min(HEIGHT, x.m() - strip * HEIGHT);
    int at = strips.at + strip * HEIGHT * x.k();
    for (int i = 0; i < rows; i++) {
      long row = x.a() + 4L * x.k() * (strip * HEIGHT + i);
      for (int p = 0; p < x.k(); p += V) {
        load(row + 4L * p).intoArray(strips.array, at + HEIGHT * p + V * i);
      }
    }
  }

  /// V columns of c, all rows: a strip and a stretch of the inner dimension at a time, which stay
  /// in the first-level cache.
  private void columns(RowGemm.Product x, StoredRows w, int count, int column, int thread) {
    long row = scratch.segment(thread, ROW, W).address();
    float[] to = sums[thread];
    Blocks depths = Blocks.of(x.k(), DEPTH, V);
    for (int strip = 0; strip < count; strip++) {
      Arrays.fill(to, 0);
      int rows = Math.min(HEIGHT, x.m() - strip * HEIGHT);
      for (int depth = 0; depth < depths.count(); depth++) {
        int p = depths.from(depth);
        int at = strips.at + strip * HEIGHT * x.k() + HEIGHT * p;
        stretch(to, w, rows, at, column, p, depths.length(depth));
      }
      for (int i = 0; i < rows; i++) {
        LaneSums.store(row, to, SQUARE * i, ZEROS, 0);
        finish(x, w, row, strip * HEIGHT + i, column);
      }
    }
  }

  private void stretch(float[] to, StoredRows w, int rows, int at, int column, int p, int k) {
    long ld = w.at(1, 0) - w.at(0, 0);
    float[] a = strips.array;
    boolean low = rows <= LOW;
    for (int j = 0; j < V; j += low ? LOW : ACROSS) {
      long from = w.at(column + j, p);
      if (w.int8()) {
        if (low) {
          StoredTile.lowBytes(to, V * j, a, at, from, ld, k);
        } else {
          StoredTile.bytes(to, V * j, a, at, from, ld, k);
        }
      } else if (low) {
        StoredTile.lowHalves(to, V * j, a, at, from, ld, k);
      } else {
        StoredTile.halves(to, V * j, a, at, from, ld, k);
      }
    }
  }

  /// V elements of c from their sums, in place before they are stored.
  private static void finish(RowGemm.Product x, StoredRows w, long sums, int row, int column) {
    if (w.int8()) {
      store(load(sums).mul(load(w.scale() + 4L * column)), sums);
    }
    if (x.bias() != 0) {
      store(load(sums).add(load(x.bias() + 4L * column)), sums);
    }
    long at = 4 * ((long) row * x.n() + column);
    if (x.addend() != 0) {
      store(load(sums).add(load(x.addend() + at)), sums);
    }
    store(load(sums), x.c() + at);
  }
}
