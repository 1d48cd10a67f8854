package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.index;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StorageKernels;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Stored weights, element by element.
public final class ScalarStorage implements StorageKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarStorage(RowParallel parallel) {
    this.parallel = parallel;
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
    forEach(
        parallel,
        m,
        (long) n * k,
        i -> {
          for (int j = 0; j < n; j++) {
            double sum = rowRow(a, w, i, j, k);
            sum += bias == null ? 0 : get(bias, j);
            set(c, i * n + j, sum + (addend == null ? 0 : get(addend, i * n + j)));
          }
        });
  }

  @Override
  public void storedNTGelu(Tensor y, Tensor a, StoredMatrix w, Tensor bias, int m, int n, int k) {
    check("storedNTGelu", y, a, w, bias, m, n, k);
    forEach(
        parallel,
        m,
        (long) n * k,
        i -> {
          for (int j = 0; j < n; j++) {
            set(y, i * n + j, ScalarMath.gelu(rowRow(a, w, i, j, k) + get(bias, j)));
          }
        });
  }

  @Override
  public void storedRows(Tensor y, StoredMatrix w, Tensor index, int n, int C) {
    Checks.floats(y, (long) n * C, "storedRows", "y");
    Checks.ints(index, n, "storedRows", "index");
    forEach(
        parallel,
        n,
        C,
        j -> {
          long row = index(index, j);
          row = row < 0 ? -1 - row : row;
          for (int c = 0; c < C; c++) {
            set(y, j * C + c, value(w, row, c, C));
          }
        });
  }

  @Override
  public void widen(Tensor y, StoredMatrix w, int rows, int K) {
    Checks.floats(y, (long) rows * K, "widen", "y");
    w.check("widen", rows, K);
    forEach(
        parallel,
        rows,
        K,
        i -> {
          for (int c = 0; c < K; c++) {
            set(y, i * K + c, value(w, i, c, K));
          }
        });
  }

  private static double rowRow(Tensor a, StoredMatrix w, long i, long j, int k) {
    double sum = 0;
    for (int p = 0; p < k; p++) {
      sum += get(a, i * k + p) * value(w, j, p, k);
    }
    return sum;
  }

  /// `w(row,p)`.
  private static double value(StoredMatrix w, long row, int p, int k) {
    long i = row * k + p;
    Tensor scale = w.scale();
    if (scale != null) {
      // In F32, as every backend rounds it.
      return (float) get(scale, row) * (float) w.values().data().get(ValueLayout.JAVA_BYTE, i);
    }
    return Float.intBitsToFloat(w.values().data().getAtIndex(ValueLayout.JAVA_SHORT, i) << 16);
  }

  private static void check(
      String name, Tensor c, Tensor a, StoredMatrix w, @Nullable Tensor bias, int m, int n, int k) {
    Checks.floats(c, (long) m * n, name, "c");
    Checks.floats(a, (long) m * k, name, "a");
    w.check(name, n, k);
    Checks.floats(name, n, "bias", bias);
  }
}
