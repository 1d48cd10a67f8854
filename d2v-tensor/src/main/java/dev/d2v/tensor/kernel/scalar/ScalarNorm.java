package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.add;
import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// Normalisations and softmax, row by row, with means and sums in double.
public final class ScalarNorm implements NormKernels {
  private static final int PARTIAL_SUMS = 16;

  private final RowParallel parallel;

  /// Over these threads.
  public ScalarNorm(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void layerNormForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C) {
    long size = (long) rows * C;
    Checks.floats("layerNormForward", size, "y x", y, x);
    checkOptions("layerNormForward", mean, rstd, gamma, beta, rows, C);
    forEach(parallel, rows, C, r -> normalise(y, mean, rstd, x, gamma, beta, eps, r, C));
  }

  @Override
  public void addLayerNormForward(
      Tensor y,
      Tensor sum,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      Tensor addend,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C) {
    long size = (long) rows * C;
    Checks.floats("addLayerNormForward", size, "y sum x addend", y, sum, x, addend);
    checkOptions("addLayerNormForward", mean, rstd, gamma, beta, rows, C);
    forEach(
        parallel,
        rows,
        C,
        r -> {
          for (long i = r * C; i < (r + 1) * C; i++) {
            set(sum, i, get(x, i) + get(addend, i));
          }
          normalise(y, mean, rstd, sum, gamma, beta, eps, r, C);
        });
  }

  private static void normalise(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      long row,
      int C) {
    double m = mean(x, row * C, C, 1);
    double s = 1 / Math.sqrt(squares(x, m, row * C, C, 1) / C + eps);
    for (int c = 0; c < C; c++) {
      double xhat = (get(x, row * C + c) - m) * s;
      double affine =
          (gamma == null ? 1 : get(gamma, c)) * xhat + (beta == null ? 0 : get(beta, c));
      set(y, row * C + c, affine);
    }
    save(mean, rstd, row, m, s);
  }

  @Override
  public void layerNormBackward(
      Tensor dx,
      @Nullable Tensor dgamma,
      @Nullable Tensor dbeta,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      @Nullable Tensor gamma,
      @Nullable Tensor addend,
      int rows,
      int C) {
    long size = (long) rows * C;
    Checks.floats("layerNormBackward", size, "dx dy x addend", dx, dy, x, addend);
    Checks.floats("layerNormBackward", C, "dgamma", dgamma);
    checkOptions("layerNormBackward", mean, rstd, gamma, dbeta, rows, C);
    Checks.together("layerNormBackward", "dgamma and gamma", dgamma, gamma);
    if (dgamma != null && dbeta != null) {
      addColumnSums(dgamma, dbeta, dy, x, mean, rstd, rows, C);
    }
    forEach(
        parallel,
        rows,
        C,
        r -> {
          double m = get(mean, r);
          double s = get(rstd, r);
          double meanG = 0;
          double meanGx = 0;
          for (int c = 0; c < C; c++) {
            double g = (gamma == null ? 1 : get(gamma, c)) * get(dy, r * C + c);
            meanG += g / C;
            meanGx += g * (get(x, r * C + c) - m) * s / C;
          }
          for (int c = 0; c < C; c++) {
            double g = (gamma == null ? 1 : get(gamma, c)) * get(dy, r * C + c);
            double xhat = (get(x, r * C + c) - m) * s;
            double rest = addend == null ? 0 : get(addend, r * C + c);
            set(dx, r * C + c, s * (g - meanG - xhat * meanGx) + rest);
          }
        });
  }

  /// `dgamma += sum dy * xhat`, `dbeta += sum dy`, over all rows.
  private void addColumnSums(
      Tensor dgamma, Tensor dbeta, Tensor dy, Tensor x, Tensor mean, Tensor rstd, int rows, int C) {
    Parts parts = Parts.rows(rows, C).atMost(PARTIAL_SUMS);
    double[][] sums = new double[parts.count()][2 * C];
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            for (int c = 0; c < C; c++) {
              double g = get(dy, r * C + c);
              sums[part][c] += g * (get(x, r * C + c) - get(mean, r)) * get(rstd, r);
              sums[part][C + c] += g;
            }
          }
        });
    for (int c = 0; c < C; c++) {
      double forGamma = 0;
      double forBeta = 0;
      for (double[] sum : sums) {
        forGamma += sum[c];
        forBeta += sum[C + c];
      }
      add(dgamma, c, forGamma);
      add(dbeta, c, forBeta);
    }
  }

  @Override
  public void layerNormGeluForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor addend,
      float eps,
      int rows,
      int C) {
    long size = (long) rows * C;
    Checks.floats("layerNormGeluForward", size, "y x addend", y, x, addend);
    checkOptions("layerNormGeluForward", mean, rstd, null, null, rows, C);
    forEach(
        parallel,
        rows,
        C,
        r -> {
          double m = mean(x, r * C, C, 1);
          double s = 1 / Math.sqrt(squares(x, m, r * C, C, 1) / C + eps);
          for (long i = r * C; i < (r + 1) * C; i++) {
            double rest = addend == null ? 0 : get(addend, i);
            set(y, i, ScalarMath.gelu((get(x, i) - m) * s) + rest);
          }
          save(mean, rstd, r, m, s);
        });
  }

  @Override
  public void layerNormGeluBackward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, int rows, int C) {
    Checks.floats("layerNormGeluBackward", (long) rows * C, "dx dy x", dx, dy, x);
    checkOptions("layerNormGeluBackward", mean, rstd, null, null, rows, C);
    forEach(
        parallel,
        rows,
        C,
        r -> {
          double m = get(mean, r);
          double s = get(rstd, r);
          double meanG = 0;
          double meanGx = 0;
          for (long i = r * C; i < (r + 1) * C; i++) {
            double xhat = (get(x, i) - m) * s;
            double g = get(dy, i) * ScalarMath.geluDerivative(xhat);
            meanG += g / C;
            meanGx += g * xhat / C;
          }
          for (long i = r * C; i < (r + 1) * C; i++) {
            double xhat = (get(x, i) - m) * s;
            double g = get(dy, i) * ScalarMath.geluDerivative(xhat);
            set(dx, i, s * (g - meanG - xhat * meanGx));
          }
        });
  }

  @Override
  public void instanceNormForward(Tensor y, Tensor x, float eps, int B, int T, int C) {
    Checks.floats("instanceNormForward", (long) B * T * C, "y x", y, x);
    forEach(
        parallel,
        (long) B * C,
        T,
        series -> {
          long at = series / C * T * C + series % C;
          double m = mean(x, at, T, C);
          double s = 1 / Math.sqrt(squares(x, m, at, T, C) / T + eps);
          for (int t = 0; t < T; t++) {
            set(y, at + (long) t * C, (get(x, at + (long) t * C) - m) * s);
          }
        });
  }

  @Override
  public void channelNormForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      Tensor gamma,
      Tensor beta,
      float eps,
      int B,
      int T,
      int C) {
    Checks.floats("channelNormForward", (long) B * T * C, "y x", y, x);
    checkOptions("channelNormForward", mean, rstd, gamma, beta, B * C, C);
    forEach(
        parallel,
        (long) B * C,
        T,
        series -> {
          long c = series % C;
          long at = series / C * T * C + c;
          double m = mean(x, at, T, C);
          double s = 1 / Math.sqrt(squares(x, m, at, T, C) / T + eps);
          for (int t = 0; t < T; t++) {
            long i = at + (long) t * C;
            set(y, i, (get(x, i) - m) * s * get(gamma, c) + get(beta, c));
          }
          save(mean, rstd, series, m, s);
        });
  }

  @Override
  public void channelNormBackward(
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      Tensor gamma,
      int B,
      int T,
      int C) {
    Checks.floats("channelNormBackward", (long) B * T * C, "dx dy x", dx, dy, x);
    checkOptions("channelNormBackward", mean, rstd, gamma, dbeta, B * C, C);
    Checks.floats("channelNormBackward", C, "dgamma", dgamma);
    forEach(
        parallel,
        C,
        (long) B * T,
        c -> {
          double forGamma = 0;
          double forBeta = 0;
          for (long series = c; series < (long) B * C; series += C) {
            long at = series / C * T * C + c;
            double m = get(mean, series);
            double s = get(rstd, series);
            double sum = 0;
            double dot = 0;
            for (int t = 0; t < T; t++) {
              long i = at + (long) t * C;
              sum += get(dy, i);
              dot += get(dy, i) * (get(x, i) - m) * s;
            }
            for (int t = 0; t < T; t++) {
              long i = at + (long) t * C;
              double xhat = (get(x, i) - m) * s;
              set(dx, i, s * get(gamma, c) * (get(dy, i) - sum / T - xhat * dot / T));
            }
            forGamma += dot;
            forBeta += sum;
          }
          add(dgamma, c, forGamma);
          add(dbeta, c, forBeta);
        });
  }

  @Override
  public void standardizeRows(Tensor y, Tensor x, float eps, int rows, int C) {
    Checks.floats("standardizeRows", (long) rows * C, "y x", y, x);
    forEach(
        parallel,
        rows,
        C,
        r -> {
          double m = mean(x, r * C, C, 1);
          double s = 1 / Math.sqrt(squares(x, m, r * C, C, 1) / (C - 1) + eps);
          for (long i = r * C; i < (r + 1) * C; i++) {
            set(y, i, (get(x, i) - m) * s);
          }
        });
  }

  @Override
  public void meanTokens(Tensor y, Tensor x, int B, int T, int C) {
    Checks.floats("meanTokens", (long) B * C, "y", y);
    Checks.floats("meanTokens", (long) B * T * C, "x", x);
    forEach(
        parallel,
        (long) B * C,
        T,
        series -> set(y, series, mean(x, series / C * T * C + series % C, T, C)));
  }

  @Override
  public void softmaxForward(Tensor y, Tensor x, int rows, int C) {
    Checks.floats("softmaxForward", (long) rows * C, "y x", y, x);
    forEach(
        parallel,
        rows,
        C,
        r -> {
          double max = Double.NEGATIVE_INFINITY;
          for (long i = r * C; i < (r + 1) * C; i++) {
            max = Math.max(max, get(x, i));
          }
          double sum = 0;
          for (long i = r * C; i < (r + 1) * C; i++) {
            sum += Math.exp(get(x, i) - max);
          }
          for (long i = r * C; i < (r + 1) * C; i++) {
            set(y, i, Math.exp(get(x, i) - max) / sum);
          }
        });
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor dy, Tensor y, int rows, int C) {
    Checks.floats("softmaxBackward", (long) rows * C, "dx dy y", dx, dy, y);
    forEach(
        parallel,
        rows,
        C,
        r -> {
          double dot = 0;
          for (long i = r * C; i < (r + 1) * C; i++) {
            dot += get(dy, i) * get(y, i);
          }
          for (long i = r * C; i < (r + 1) * C; i++) {
            set(dx, i, get(y, i) * (get(dy, i) - dot));
          }
        });
  }

  /// Mean of `n` elements, `stride` apart.
  private static double mean(Tensor x, long at, int n, int stride) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += get(x, at + (long) i * stride);
    }
    return sum / n;
  }

  /// Sum of squared deviations from `mean`.
  private static double squares(Tensor x, double mean, long at, int n, int stride) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double deviation = get(x, at + (long) i * stride) - mean;
      sum += deviation * deviation;
    }
    return sum;
  }

  private static void save(
      @Nullable Tensor mean, @Nullable Tensor rstd, long row, double m, double s) {
    if (mean != null && rstd != null) {
      set(mean, row, m);
      set(rstd, row, s);
    }
  }

  private static void checkOptions(
      String operation,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      int rows,
      int C) {
    Checks.floats(operation, rows, "mean rstd", mean, rstd);
    Checks.together(operation, "mean and rstd", mean, rstd);
    Checks.floats(operation, C, "gamma beta", gamma, beta);
    Checks.together(operation, "gamma and beta", gamma, beta);
  }
}
