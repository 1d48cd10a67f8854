package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every backend's norm of channels over time must do.
public abstract class ChannelNormContract extends KernelContract {
  /// B, T, C: tails of channels and of rows, one row, several parts, more parts than are kept
  /// apart.
  private static final int[][] SHAPES = {
    {1, 1, 1},
    {2, 1, 5},
    {3, 2, 7},
    {1, 3, 16},
    {3, 17, 33},
    {2, 31, 64},
    {1, 100, 8},
    {3, 64, 100},
    {1, 1021, 17},
    {2, 257, 197},
    {1, 1021, 197},
    {1, 20_011, 64}
  };

  private final Random random = new Random(9);

  /// For backends.
  protected ChannelNormContract() {}

  private static NormKernels kernels(Guarded memory) {
    return memory.backend().kernels().norm();
  }

  @Test
  final void channelNormForward() {
    for (int[] shape : SHAPES) {
      Data d = new Data(shape, 3, 1.5);
      checkForward(d, true, shape[2] % 2 == 0);
      checkForward(d, false, shape[2] % 2 == 1);
    }
  }

  @Test
  final void aLargeMeanDoesNotHideTheVariance() {
    checkForward(new Data(new int[] {1, 5000, 17}, 1000, 1), true, false);
  }

  private void checkForward(Data d, boolean saves, boolean inPlace) {
    float[][] out =
        run(
            6L * d.x.length,
            memory -> {
              Tensor x = memory.floats(d.x);
              Tensor y = inPlace ? x : memory.output(d.x.length);
              Tensor mean = memory.output(d.B * d.C);
              Tensor rstd = memory.output(d.B * d.C);
              kernels(memory)
                  .channelNormForward(
                      y,
                      saves ? mean : null,
                      saves ? rstd : null,
                      x,
                      memory.floats(d.gamma),
                      memory.floats(d.beta),
                      d.eps,
                      d.B,
                      d.T,
                      d.C);
              return List.of(y, mean, rstd);
            });
    double[] y = new double[d.x.length];
    for (int i = 0; i < y.length; i++) {
      int s = d.series(i);
      y[i] = (d.x[i] - d.mean[s]) * d.rstd[s] * d.gamma[i % d.C] + d.beta[i % d.C];
    }
    double[] untouched = new double[d.B * d.C];
    Arrays.fill(untouched, Double.NaN);
    // a mean rounded to F32 is off by that much of a standard deviation
    double tolerance = Tolerance.reduction(d.T) + d.offset * 1e-7;
    assertClose("y of " + d, y, out[0], tolerance);
    assertClose("mean of " + d, saves ? d.mean : untouched, out[1], Tolerance.reduction(d.T));
    assertClose("rstd of " + d, saves ? d.rstd : untouched, out[2], Tolerance.reduction(d.T));
  }

  @Test
  final void channelNormBackward() {
    for (int[] shape : SHAPES) {
      checkBackward(new Data(shape, 3, 1.5), shape[2] % 2 == 0);
    }
  }

  private void checkBackward(Data d, boolean inPlace) {
    double[] before = normal(random, d.C);
    double[] mean = rounded(d.mean);
    double[] rstd = rounded(d.rstd);
    float[][] out =
        run(
            6L * d.x.length,
            memory -> {
              Tensor dy = memory.floats(d.dy);
              Tensor dx = inPlace ? dy : memory.output(d.x.length);
              Tensor dgamma = memory.floats(before);
              Tensor dbeta = memory.floats(before);
              kernels(memory)
                  .channelNormBackward(
                      dx,
                      dgamma,
                      dbeta,
                      dy,
                      memory.floats(d.x),
                      memory.floats(mean),
                      memory.floats(rstd),
                      memory.floats(d.gamma),
                      d.B,
                      d.T,
                      d.C);
              return List.of(dx, dgamma, dbeta);
            });
    double[] dx = new double[d.x.length];
    double[] dgamma = before.clone();
    double[] dbeta = before.clone();
    double[] meanDy = new double[d.B * d.C];
    double[] meanDyXhat = new double[d.B * d.C];
    for (int i = 0; i < dx.length; i++) {
      int s = d.series(i);
      double xhat = (d.x[i] - mean[s]) * rstd[s];
      dbeta[i % d.C] += d.dy[i];
      dgamma[i % d.C] += d.dy[i] * xhat;
      meanDy[s] += d.dy[i] / d.T;
      meanDyXhat[s] += d.dy[i] * xhat / d.T;
    }
    for (int i = 0; i < dx.length; i++) {
      int s = d.series(i);
      double xhat = (d.x[i] - mean[s]) * rstd[s];
      dx[i] = d.gamma[i % d.C] * rstd[s] * (d.dy[i] - meanDy[s] - xhat * meanDyXhat[s]);
    }
    assertClose("dx of " + d, dx, out[0], Tolerance.reduction(d.T));
    assertClose("dgamma of " + d, dgamma, out[1], Tolerance.reduction(d.B * d.T));
    assertClose("dbeta of " + d, dbeta, out[2], Tolerance.reduction(d.B * d.T));
  }

  @Test
  final void wrongSizesAreRefused() {
    try (Backend backend = open(1);
        Guarded memory = new Guarded(backend, 100)) {
      Tensor ten = memory.output(10);
      NormKernels k = kernels(memory);
      assertThrows(
          IllegalArgumentException.class,
          () -> k.channelNormForward(ten, null, null, ten, ten, ten, 1e-5f, 2, 3, 2));
      assertThrows(
          IllegalArgumentException.class,
          () -> k.channelNormForward(ten, ten, null, ten, ten, ten, 1e-5f, 1, 5, 2));
      assertThrows(
          IllegalArgumentException.class,
          () -> k.channelNormBackward(ten, ten, ten, ten, ten, ten, ten, ten, 4, 1, 3));
    }
  }

  private static double[] rounded(double[] x) {
    return Arrays.stream(x).map(v -> (float) v).toArray();
  }

  /// Arguments of one shape, and their exact statistics (B,C).
  private final class Data {
    final int B;
    final int T;
    final int C;
    final double offset;
    final float eps;
    final double[] x;
    final double[] dy;
    final double[] gamma;
    final double[] beta;
    final double[] mean;
    final double[] rstd;

    Data(int[] shape, double offset, double spread) {
      this.B = shape[0];
      this.T = shape[1];
      this.C = shape[2];
      this.offset = offset;
      // over a handful of rows the variance can vanish; a large eps keeps the problem
      // well-conditioned
      this.eps = T < 8 ? 0.1f : 1e-5f;
      this.x = rounded(scaled(normal(random, B * T * C), offset, spread));
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

    /// Which mean belongs to element i.
    int series(int i) {
      return i / (T * C) * C + i % C;
    }

    @Override
    public String toString() {
      return B + "x" + T + "x" + C;
    }
  }

  private static double[] scaled(double[] x, double offset, double spread) {
    return Arrays.stream(x).map(v -> v * spread + offset).toArray();
  }
}
