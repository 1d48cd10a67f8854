package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.index;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.LossKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;

/// Regression losses and spread, with sums in double.
public final class ScalarLoss implements LossKernels {
  private static final int PARTIAL_SUMS = 64;

  private final RowParallel parallel;

  /// Over these threads.
  public ScalarLoss(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void regression(
      Tensor loss,
      Tensor dpred,
      Tensor pred,
      Tensor target,
      Tensor targetRow,
      float beta,
      float scale,
      int rows,
      int C) {
    Checks.floats("regression", 1, "loss", loss);
    Checks.floats("regression", (long) rows * C, "dpred pred", dpred, pred);
    Checks.ints(targetRow, rows, "regression", "targetRow");
    Parts parts = Parts.rows(rows, C).atMost(PARTIAL_SUMS);
    double[] sums = new double[parts.count()];
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            long row = index(targetRow, r);
            for (int c = 0; c < C; c++) {
              double e = row < 0 ? 0 : get(pred, r * C + c) - get(target, row * C + c);
              sums[part] += value(e, beta);
              set(dpred, r * C + c, scale * derivative(e, beta));
            }
          }
        });
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    set(loss, 0, scale * sum);
  }

  /// `l(e)`.
  private static double value(double e, float beta) {
    if (beta == 0) {
      return e * e;
    }
    return Math.abs(e) < beta ? e * e / (2 * beta) : Math.abs(e) - beta / 2;
  }

  /// `l'(e)`.
  private static double derivative(double e, float beta) {
    if (beta == 0) {
      return 2 * e;
    }
    return Math.abs(e) < beta ? e / beta : Math.signum(e);
  }

  @Override
  public void spread(Tensor out, Tensor x, Tensor index, int n, int C) {
    Checks.floats("spread", 1, "out", out);
    Checks.ints(index, n, "spread", "index");
    double[] deviations = new double[C];
    Elements.forEach(parallel, C, n, c -> deviations[(int) c] = deviation(x, index, c, n, C));
    double sum = 0;
    for (double deviation : deviations) {
      sum += deviation;
    }
    set(out, 0, sum / C);
  }

  /// `sqrt(var_c + 1e-6)` of channel c.
  private static double deviation(Tensor x, Tensor index, long c, int n, int C) {
    int count = 0;
    double sum = 0;
    for (int j = 0; j < n; j++) {
      long row = index(index, j);
      if (row >= 0) {
        count++;
        sum += get(x, row * C + c);
      }
    }
    double mean = sum / count;
    double squares = 0;
    for (int j = 0; j < n; j++) {
      long row = index(index, j);
      if (row >= 0) {
        squares += (get(x, row * C + c) - mean) * (get(x, row * C + c) - mean);
      }
    }
    return count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1) + 1e-6);
  }
}
