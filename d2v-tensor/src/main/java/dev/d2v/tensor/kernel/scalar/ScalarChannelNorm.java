package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.add;
import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// The norm of channels over time, channel by channel, with means and sums in double.
final class ScalarChannelNorm {
  private ScalarChannelNorm() {}

  static void forward(
      RowParallel parallel,
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
    forEach(
        parallel,
        (long) B * C,
        T,
        series -> {
          long from = series / C * T * C + series % C;
          double m = ScalarNorm.mean(x, from, T, C);
          double s = 1 / Math.sqrt(ScalarNorm.squares(x, m, from, T, C) / T + eps);
          for (long i = from; i < from + (long) T * C; i += C) {
            set(y, i, (get(x, i) - m) * s * get(gamma, series % C) + get(beta, series % C));
          }
          ScalarNorm.save(mean, rstd, series, m, s);
        });
  }

  static void backward(
      RowParallel parallel,
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
    forEach(
        parallel,
        C,
        (long) B * T,
        c -> {
          double forGamma = 0;
          double forBeta = 0;
          for (int b = 0; b < B; b++) {
            long from = (long) b * T * C + c;
            long to = from + (long) T * C;
            double m = get(mean, (long) b * C + c);
            double s = get(rstd, (long) b * C + c);
            double sum = 0;
            double dot = 0;
            for (long i = from; i < to; i += C) {
              sum += get(dy, i);
              dot += get(dy, i) * (get(x, i) - m) * s;
            }
            for (long i = from; i < to; i += C) {
              double xhat = (get(x, i) - m) * s;
              set(dx, i, get(gamma, c) * s * (get(dy, i) - sum / T - xhat * dot / T));
            }
            forGamma += dot;
            forBeta += sum;
          }
          add(dgamma, c, forGamma);
          add(dbeta, c, forBeta);
        });
  }
}
