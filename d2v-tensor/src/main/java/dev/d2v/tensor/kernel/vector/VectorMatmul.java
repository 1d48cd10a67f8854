package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Native.address;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.MatmulKernels;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import org.jspecify.annotations.Nullable;

/// Products from register tiles: [GemmTile] is the inner loop, [RowGemm], [ColumnGemm] and
/// [ColumnRuns] are the loops around it.
public final class VectorMatmul implements MatmulKernels {
  private final RowGemm rows;
  private final ColumnGemm columns;
  private final ColumnRuns runs;
  private final VectorElementwise elementwise;

  /// Over these threads, with this working memory.
  public VectorMatmul(RowParallel parallel, Scratch scratch) {
    this.rows = new RowGemm(parallel, scratch);
    this.columns = new ColumnGemm(parallel, scratch);
    this.runs = new ColumnRuns(parallel, scratch);
    this.elementwise = new VectorElementwise(parallel, scratch);
  }

  @Override
  public void matmulNN(Tensor c, Tensor a, Tensor b, @Nullable Tensor addend, int m, int n, int k) {
    check("matmulNN", c, a, b, m, n, k);
    Checks.floats("matmulNN", (long) m * n, "addend", addend);
    rows.run(
        new RowGemm.Product(
            address(c), address(a), address(b), false, 0, orZero(addend), null, m, n, k));
  }

  @Override
  public void matmulNT(
      Tensor c,
      Tensor a,
      Tensor b,
      @Nullable Tensor bias,
      @Nullable Tensor addend,
      int m,
      int n,
      int k) {
    check("matmulNT", c, a, b, m, n, k);
    Checks.floats("matmulNT", n, "bias", bias);
    Checks.floats("matmulNT", (long) m * n, "addend", addend);
    rows.run(
        new RowGemm.Product(
            address(c), address(a), address(b), true, orZero(bias), orZero(addend), null, m, n, k));
  }

  @Override
  public void matmulNTGelu(
      Tensor y, @Nullable Tensor pre, Tensor a, Tensor b, Tensor bias, int m, int n, int k) {
    check("matmulNTGelu", y, a, b, m, n, k);
    Checks.floats("matmulNTGelu", n, "bias", bias);
    Checks.floats("matmulNTGelu", (long) m * n, "pre", pre);
    long c = address(pre == null ? y : pre);
    var gelu = new GeluEpilogue(address(y), c, false, n);
    rows.run(new RowGemm.Product(c, address(a), address(b), true, address(bias), 0, gelu, m, n, k));
  }

  @Override
  public void matmulNNGeluBackward(
      Tensor dpre, Tensor dy, Tensor w, Tensor pre, int m, int n, int k) {
    check("matmulNNGeluBackward", dpre, dy, w, m, n, k);
    Checks.floats("matmulNNGeluBackward", (long) m * n, "pre", pre);
    long c = address(dpre);
    var gelu = new GeluEpilogue(c, address(pre), true, n);
    rows.run(new RowGemm.Product(c, address(dy), address(w), false, 0, 0, gelu, m, n, k));
  }

  @Override
  public void matmulTN(Tensor c, @Nullable Tensor sums, Tensor a, Tensor b, int m, int n, int k) {
    check("matmulTN", c, a, b, m, n, k);
    Checks.floats("matmulTN", m, "sums", sums);
    if (ColumnRuns.suits(m, n, k)) {
      runs.run(address(c), orZero(sums), address(a), address(b), m, n, k);
      return;
    }
    columns.run(address(c), address(a), address(b), m, n, k);
    if (sums != null) {
      elementwise.sumRows(sums, a, k, 1, m);
    }
  }

  private static void check(String name, Tensor c, Tensor a, Tensor b, int m, int n, int k) {
    Checks.floats(name, (long) m * n, "c", c);
    Checks.floats(name, (long) m * k, "a", a);
    Checks.floats(name, (long) n * k, "b", b);
  }

  private static long orZero(@Nullable Tensor tensor) {
    return tensor == null ? 0 : address(tensor);
  }
}
