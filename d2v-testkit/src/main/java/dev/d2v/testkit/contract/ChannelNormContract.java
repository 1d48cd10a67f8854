package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What every backend's norms of channels over time do: [NormKernels#channelNormForward] and its
/// backward.
public abstract class ChannelNormContract extends KernelContract {
  /// For backends.
  protected ChannelNormContract() {}

  private static NormKernels kernels(Guarded memory) {
    return memory.backend().kernels().norm();
  }

  /// Numbers of a size, and the formulas over them. Far from zero on average, as sums of squares
  /// would not survive.
  private static final class Data {
    final int T;
    final int C;
    final float eps;
    final double[] x;
    final double[] dy;
    final double[] gamma;
    final double[] beta;
    final double[] mean;
    final double[] rstd;

    Data(int B, int T, int C) {
      this.T = T;
      this.C = C;
      // a short series' variance can vanish
      this.eps = T < 8 ? 0.1f : 1e-5f;
      Random random = new Random(31L * T + C);
      this.x = normal(random, B * T * C);
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) (x[i] * 0.5 + 20 + i % C);
      }
      this.dy = normal(random, B * T * C);
      this.gamma = normal(random, C);
      this.beta = normal(random, C);
      this.mean = new double[B * C];
      this.rstd = new double[B * C];
      for (int s = 0; s < B * C; s++) {
        int at = s / C * T * C + s % C;
        double[] series = IntStream.range(0, T).mapToDouble(t -> x[at + t * C]).toArray();
        mean[s] = Oracle.mean(series);
        rstd[s] = 1 / Math.sqrt(Oracle.squares(series) / T + eps);
      }
    }

    /// Which of the (B,C) statistics belongs to an element.
    int series(int i) {
      return i / (T * C) * C + i % C;
    }

    double xhat(int i) {
      return (x[i] - mean[series(i)]) * rstd[series(i)];
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "2, 5, 3",
    "3, 1, 17",
    "2, 7, 16",
    "1, 33, 15",
    "2, 100, 31",
    "1, 3, 1021",
    "3, 197, 64",
    "1, 2500, 33",
    "2, 1201, 100"
  })
  void channelNormForward(int B, int T, int C) {
    Data d = new Data(B, T, C);
    float[][] out =
        run(
            7L * B * T * C + 8L * C,
            memory -> {
              Tensor y = memory.output(B * T * C);
              Tensor inPlace = memory.floats(d.x);
              Tensor mean = memory.output(B * C);
              Tensor rstd = memory.output(B * C);
              Tensor gamma = memory.floats(d.gamma);
              Tensor beta = memory.floats(d.beta);
              Tensor x = memory.floats(d.x);
              NormKernels k = kernels(memory);
              k.channelNormForward(y, mean, rstd, x, gamma, beta, d.eps, B, T, C);
              k.channelNormForward(inPlace, null, null, inPlace, gamma, beta, d.eps, B, T, C);
              return List.of(y, inPlace, mean, rstd);
            });
    double[] y = new double[B * T * C];
    for (int i = 0; i < y.length; i++) {
      y[i] = d.xhat(i) * d.gamma[i % C] + d.beta[i % C];
    }
    // x is rounded once more for each time that its mean is larger than its deviation
    double tolerance = Tolerance.reduction(T) * (40 + 2 * C);
    assertClose("y", y, out[0], tolerance);
    assertClose("y in place", y, out[1], tolerance);
    assertClose("mean", d.mean, out[2], Tolerance.reduction(T));
    assertClose("rstd", d.rstd, out[3], tolerance);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "2, 5, 3",
    "3, 1, 17",
    "2, 7, 16",
    "1, 33, 15",
    "2, 100, 31",
    "1, 3, 1021",
    "3, 197, 64",
    "1, 2500, 33",
    "2, 1201, 100"
  })
  void channelNormBackward(int B, int T, int C) {
    Data d = new Data(B, T, C);
    for (int s = 0; s < d.mean.length; s++) {
      d.mean[s] = (float) d.mean[s];
      d.rstd[s] = (float) d.rstd[s];
    }
    double[] before = normal(new Random(3), C);
    float[][] out =
        run(
            6L * B * T * C + 16L * C,
            memory -> {
              Tensor dy = memory.floats(d.dy);
              Tensor dx = C % 2 == 0 ? dy : memory.output(B * T * C);
              Tensor dgamma = memory.floats(before);
              Tensor dbeta = memory.floats(before);
              Tensor x = memory.floats(d.x);
              Tensor mean = memory.floats(d.mean);
              Tensor rstd = memory.floats(d.rstd);
              Tensor gamma = memory.floats(d.gamma);
              kernels(memory)
                  .channelNormBackward(dx, dgamma, dbeta, dy, x, mean, rstd, gamma, B, T, C);
              return List.of(dx, dgamma, dbeta);
            });
    double[] sums = new double[B * C];
    double[] dots = new double[B * C];
    double[] dgamma = before.clone();
    double[] dbeta = before.clone();
    for (int i = 0; i < d.dy.length; i++) {
      sums[d.series(i)] += d.dy[i];
      dots[d.series(i)] += d.dy[i] * d.xhat(i);
      dgamma[i % C] += d.dy[i] * d.xhat(i);
      dbeta[i % C] += d.dy[i];
    }
    double[] dx = new double[B * T * C];
    for (int i = 0; i < dx.length; i++) {
      int s = d.series(i);
      double centred = d.dy[i] - sums[s] / T - d.xhat(i) * dots[s] / T;
      dx[i] = d.rstd[s] * d.gamma[i % C] * centred;
    }
    assertClose("dx", dx, out[0], Tolerance.reduction(T));
    assertClose("dgamma", dgamma, out[1], Tolerance.reduction(B * T));
    assertClose("dbeta", dbeta, out[2], Tolerance.reduction(B * T));
  }

  @Test
  void wrongSizesAreRefused() {
    try (Backend backend = open(1);
        Guarded memory = new Guarded(backend, 100)) {
      Tensor ten = memory.output(10);
      NormKernels k = kernels(memory);
      assertThrows(
          IllegalArgumentException.class,
          () -> k.channelNormForward(ten, null, null, ten, ten, ten, 1e-5f, 1, 3, 4));
      assertThrows(
          IllegalArgumentException.class,
          () -> k.channelNormForward(ten, ten, null, ten, ten, ten, 1e-5f, 1, 2, 5));
      assertThrows(
          IllegalArgumentException.class,
          () -> k.channelNormBackward(ten, ten, ten, ten, ten, ten, ten, ten, 11, 1, 1));
    }
  }
}
