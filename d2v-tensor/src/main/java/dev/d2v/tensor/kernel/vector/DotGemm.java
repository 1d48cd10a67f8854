package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.DotTile.ACROSS;
import static dev.d2v.tensor.kernel.vector.DotTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.util.Arrays;

/// `c = a b^T + bias + addend` for a few rows of a: dot products of rows of a and rows of b, which
/// are read where they lie, once. For so few rows, packing b as [RowGemm] does would take longer
/// than the products.
///
/// A part is some rows of b, V at a time: each tile of rows of a is multiplied by them, and the
/// lanes of V sums are added up together.
final class DotGemm {
  /// Up to so many rows this is faster than packing, which takes as long with 64 rows, or with 30
  /// where a core does 8 products at once.
  private static final int FEW = V == 16 ? 56 : 28;

  /// The same of a weight in fewer bits, which is packed sooner, where [StoredFewRows] is no way.
  private static final int FEW_STORED = 8;

  /// Parts for each thread, so that one that is held up holds up little.
  private static final int PARTS = 8;

  private static final int WIDENED = 2, SUMS = 3;
  private static final float[] NONE = {};

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Sums by lanes of a tile for each thread.
  private final float[][] sums;

  private final Packed rows = new Packed();
  private float[] bias = NONE;

  DotGemm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.sums = new float[parallel.threads()][ROWS * V * V];
  }

  /// Whether a product is one of these: few rows, and rows of a and c in whole vectors.
  static boolean suits(RowGemm.Product x) {
    return x.transposed()
        && x.m() <= (x.stored() == null ? FEW : FEW_STORED)
        && x.k() > 0
        && x.k() <= DotTile.COLUMNS
        && x.k() % V == 0
        && x.n() % V == 0;
  }

  void run(RowGemm.Product x) {
    int lda = DotTile.distance(x.k());
    rows.fit((long) Blocks.roundUp(x.m(), ROWS) * lda);
    bias = GemmPacking.grown(bias, x.n());
    if (x.bias() == 0) {
      Arrays.fill(bias, 0, x.n(), 0);
    } else {
      GemmPacking.copy(bias, 0, x.bias(), x.n());
    }
    for (int i = 0; i < x.m(); i++) {
      GemmPacking.copy(rows.array, rows.at + i * lda, x.a() + 4L * x.k() * i, x.k());
    }
    Blocks parts = Blocks.of(x.n(), Math.ceilDiv(x.n(), PARTS * parallel.threads()), V);
    parallel.run(
        parts.count(), (part, thread) -> part(x, parts.from(part), parts.length(part), thread));
  }

  private void part(RowGemm.Product x, int from, int count, int thread) {
    for (int j = from; j < from + count; j += V) {
      vector(x, j, thread);
    }
    if (x.epilogue() != null) {
      x.epilogue().apply(0, x.m(), from, count);
    }
  }

  /// V columns of c.
  private void vector(RowGemm.Product x, int column, int thread) {
    float[] lanes = sums[thread];
    int k = x.k();
    int lda = DotTile.distance(k);
    long b = rowsOfB(x, column, thread);
    long added = scratch.segment(thread, SUMS, GemmTile.W).address();
    for (int i = 0; i < x.m(); i += ROWS) {
      int last = Math.min(ROWS, x.m() - i) - 1;
      for (int j = 0; j < V; j += ACROSS) {
        DotTile.products(
            lanes, V * j, rows.array, rows.at + i * lda, lda, last, b + 4L * k * j, 4L * k, k);
      }
      for (int r = 0; r <= last; r++) {
        long c = x.c() + 4 * ((long) (i + r) * x.n() + column);
        if (x.addend() == 0) {
          LaneSums.store(c, lanes, r * V * V, bias, column);
        } else {
          LaneSums.store(added, lanes, r * V * V, bias, column);
          TileStore.add(c, 0, x.addend() - x.c(), added, 1, V);
        }
      }
    }
  }

  /// Address of V rows of b, widened if they are stored in fewer bits.
  private long rowsOfB(RowGemm.Product x, int row, int thread) {
    if (x.stored() == null) {
      return x.b() + 4L * x.k() * row;
    }
    long to = scratch.segment(thread, WIDENED, 4L * x.k() * V).address();
    for (int i = 0; i < V; i++) {
      x.stored().row(to + 4L * x.k() * i, row + i);
    }
    return to;
  }
}
