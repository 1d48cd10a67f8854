package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.add;
import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.MatmulKernels;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// Products row by row, each element one sum in double.
public final class ScalarMatmul implements MatmulKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarMatmul(RowParallel parallel) {
    this.parallel = parallel;
  }

  @FunctionalInterface
  private interface Cell {
    void at(long i, int j);
  }

  private void forEachCell(int m, int n, int k, Cell cell) {
    forEach(
        parallel,
        m,
        (long) n * k,
        i -> {
          for (int j = 0; j < n; j++) {
            cell.at(i, j);
          }
        });
  }

  @Override
  public void matmulNN(Tensor c, Tensor a, Tensor b, @Nullable Tensor addend, int m, int n, int k) {
    check("matmulNN", c, a, b, m, n, k);
    Checks.floats("matmulNN", (long) m * n, "addend", addend);
    forEachCell(
        m,
        n,
        k,
        (i, j) -> set(c, i * n + j, rowColumn(a, b, i, j, n, k) + orZero(addend, i * n + j)));
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
    forEachCell(
        m,
        n,
        k,
        (i, j) ->
            set(c, i * n + j, rowRow(a, b, i, j, k) + orZero(bias, j) + orZero(addend, i * n + j)));
  }

  @Override
  public void matmulNTGelu(
      Tensor y, @Nullable Tensor pre, Tensor a, Tensor b, Tensor bias, int m, int n, int k) {
    check("matmulNTGelu", y, a, b, m, n, k);
    Checks.floats("matmulNTGelu", n, "bias", bias);
    Checks.floats("matmulNTGelu", (long) m * n, "pre", pre);
    forEachCell(
        m,
        n,
        k,
        (i, j) -> {
          double x = rowRow(a, b, i, j, k) + get(bias, j);
          if (pre != null) {
            set(pre, i * n + j, x);
          }
          set(y, i * n + j, ScalarMath.gelu(x));
        });
  }

  @Override
  public void matmulNNGeluBackward(
      Tensor dpre, Tensor dy, Tensor w, Tensor pre, int m, int n, int k) {
    check("matmulNNGeluBackward", dpre, dy, w, m, n, k);
    Checks.floats("matmulNNGeluBackward", (long) m * n, "pre", pre);
    forEachCell(
        m,
        n,
        k,
        (i, j) -> {
          double slope = ScalarMath.geluDerivative(get(pre, i * n + j));
          set(dpre, i * n + j, rowColumn(dy, w, i, j, n, k) * slope);
        });
  }

  @Override
  public void matmulTN(Tensor c, @Nullable Tensor sums, Tensor a, Tensor b, int m, int n, int k) {
    check("matmulTN", c, a, b, m, n, k);
    Checks.floats("matmulTN", m, "sums", sums);
    if (sums != null) {
      forEachCell(1, m, k, (_, i) -> add(sums, i, column(a, i, m, k)));
    }
    forEachCell(
        m,
        n,
        k,
        (i, j) -> {
          double sum = 0;
          for (long p = 0; p < k; p++) {
            sum += get(a, p * m + i) * get(b, p * n + j);
          }
          add(c, i * n + j, sum);
        });
  }

  private static double column(Tensor a, long i, int m, int k) {
    double sum = 0;
    for (long p = 0; p < k; p++) {
      sum += get(a, p * m + i);
    }
    return sum;
  }

  private static double rowColumn(Tensor a, Tensor b, long i, long j, int n, int k) {
    double sum = 0;
    for (long p = 0; p < k; p++) {
      sum += get(a, i * k + p) * get(b, p * n + j);
    }
    return sum;
  }

  private static double rowRow(Tensor a, Tensor b, long i, long j, int k) {
    double sum = 0;
    for (long p = 0; p < k; p++) {
      sum += get(a, i * k + p) * get(b, j * k + p);
    }
    return sum;
  }

  private static double orZero(@Nullable Tensor t, long i) {
    return t == null ? 0 : get(t, i);
  }

  private static void check(String name, Tensor c, Tensor a, Tensor b, int m, int n, int k) {
    Checks.floats(name, (long) m * n, "c", c);
    Checks.floats(name, (long) m * k, "a", a);
    Checks.floats(name, (long) n * k, "b", b);
  }
}
