package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Native.address;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StorageKernels;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import org.jspecify.annotations.Nullable;

/// Stored weights: products widen them while they pack them, which they do anyway, or, with few
/// rows, where they read them.
public final class VectorStorage implements StorageKernels {
  private final RowParallel parallel;
  private final RowGemm rows;
  private final StoredFewRows fewRows;

  /// Over these threads, with this working memory.
  public VectorStorage(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.rows = new RowGemm(parallel, scratch);
    this.fewRows = new StoredFewRows(parallel, scratch);
  }

  @Override
  public void storedNT(
      Tensor c,
      Tensor a,
      StoredMatrix w,
      @Nullable Tensor bias,
      @Nullable Tensor addend,
      int m,
      int n,
      int k) {
    check("storedNT", c, a, w, bias, m, n, k);
    Checks.floats("storedNT", (long) m * n, "addend", addend);
    long biasAt = bias == null ? 0 : address(bias);
    long addendAt = addend == null ? 0 : address(addend);
    StoredRows b = StoredRows.of(w, k);
    run(new RowGemm.Product(address(c), address(a), b, biasAt, addendAt, null, m, n, k), b);
  }

  @Override
  public void storedNTGelu(Tensor y, Tensor a, StoredMatrix w, Tensor bias, int m, int n, int k) {
    check("storedNTGelu", y, a, w, bias, m, n, k);
    long c = address(y);
    var gelu = new GeluEpilogue(c, c, false, n);
    StoredRows b = StoredRows.of(w, k);
    run(new RowGemm.Product(c, address(a), b, address(bias), 0, gelu, m, n, k), b);
  }

  private void run(RowGemm.Product x, StoredRows w) {
    if (StoredFewRows.fits(x)) {
      fewRows.run(x, w);
    } else {
      rows.run(x);
    }
  }

  @Override
  public void storedRows(Tensor y, StoredMatrix w, Tensor index, int n, int C) {
    Checks.floats(y, (long) n * C, "storedRows", "y");
    Checks.ints(index, n, "storedRows", "index");
    StoredRows from = StoredRows.of(w, C);
    long to = address(y);
    long indexAt = address(index);
    Parts parts = Parts.rows(n, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long j = parts.from(part); j < parts.to(part); j++) {
            long row = Native.ALL.get(Native.INT, indexAt + 4 * j);
            from.row(to + 4 * j * C, row < 0 ? -1 - row : row);
          }
        });
  }

  @Override
  public void widen(Tensor y, StoredMatrix w, int rows, int K) {
    Checks.floats(y, (long) rows * K, "widen", "y");
    w.check("widen", rows, K);
    StoredRows from = StoredRows.of(w, K);
    long to = address(y);
    Parts parts = Parts.rows(rows, K);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long i = parts.from(part); i < parts.to(part); i++) {
            from.row(to + 4 * i * K, i);
          }
        });
  }

  private static void check(
      String name, Tensor c, Tensor a, StoredMatrix w, @Nullable Tensor bias, int m, int n, int k) {
    Checks.floats(c, (long) m * n, name, "c");
    Checks.floats(a, (long) m * k, name, "a");
    w.check(name, n, k);
    Checks.floats(name, n, "bias", bias);
  }
}
