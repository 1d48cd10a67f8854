package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every backend's [NormKernels] must do.
public abstract class NormContract extends KernelContract {
  private final Random random = new Random(7);

  /// For backends.
  protected NormContract() {}

  private static NormKernels kernels(Guarded memory) {
    return memory.backend().kernels().norm();
  }

  @Test
  final void layerNormForward() {
    for (int[] size : sizes()) {
      int rows = size[0];
      int C = size[1];
      Data d = new Data(rows, C);
      for (boolean affine : new boolean[] {true, false}) {
        for (boolean saves : new boolean[] {true, false}) {
          float[][] out =
              run(
                  6L * rows * C,
                  memory -> {
                    Tensor y = memory.output(rows * C);
                    Tensor mean = memory.output(rows);
                    Tensor rstd = memory.output(rows);
                    kernels(memory)
                        .layerNormForward(
                            y,
                            saves ? mean : null,
                            saves ? rstd : null,
                            memory.floats(d.x),
                            affine ? memory.floats(d.gamma) : null,
                            affine ? memory.floats(d.beta) : null,
                            d.eps,
                            rows,
                            C);
                    return List.of(y, mean, rstd);
                  });
          d.checkForward("layerNormForward", d.x, affine, saves, out);
        }
      }
    }
  }

  @Test
  final void addLayerNormForward() {
    for (int[] size : sizes()) {
      int rows = size[0];
      int C = size[1];
      Data d = new Data(rows, C);
      double[] sum = new double[rows * C];
      for (int i = 0; i < sum.length; i++) {
        sum[i] = (float) (d.x[i] + d.addend[i]);
      }
      for (int alias = 0; alias < 3; alias++) {
        int form = alias;
        boolean affine = alias != 1;
        boolean saves = alias != 2;
        float[][] out =
            run(
                8L * rows * C,
                memory -> {
                  Tensor x = memory.floats(d.x);
                  Tensor addend = memory.floats(d.addend);
                  Tensor y = memory.output(rows * C);
                  Tensor s = form == 0 ? memory.output(rows * C) : form == 1 ? x : addend;
                  Tensor mean = memory.output(rows);
                  Tensor rstd = memory.output(rows);
                  kernels(memory)
                      .addLayerNormForward(
                          y,
                          s,
                          saves ? mean : null,
                          saves ? rstd : null,
                          x,
                          addend,
                          affine ? memory.floats(d.gamma) : null,
                          affine ? memory.floats(d.beta) : null,
                          d.eps,
                          rows,
                          C);
                  return List.of(y, mean, rstd, s);
                });
        d.checkForward("addLayerNormForward", sum, affine, saves, out);
        assertClose("sum", sum, out[3], Tolerance.ELEMENTWISE);
      }
    }
  }

  @Test
  final void layerNormBackward() {
    for (int[] size : sizes()) {
      for (int form = 0; form < 4; form++) {
        layerNormBackward(size[0], size[1], form % 2 == 0, form / 2 == 0, form);
      }
    }
  }

  /// `alias` 1: dx is dy; 2: dx is the addend, when there is one.
  private void layerNormBackward(int rows, int C, boolean affine, boolean adds, int alias) {
    Data d = new Data(rows, C);
    double[] before = normal(random, C);
    float[][] out =
        run(
            8L * rows * C,
            memory -> {
              Tensor dy = memory.floats(d.dy);
              Tensor addend = memory.floats(d.addend);
              Tensor dx = alias == 1 ? dy : alias == 2 ? addend : memory.output(rows * C);
              Tensor dgamma = memory.floats(before);
              Tensor dbeta = memory.floats(before);
              kernels(memory)
                  .layerNormBackward(
                      dx,
                      affine ? dgamma : null,
                      affine ? dbeta : null,
                      dy,
                      memory.floats(d.x),
                      memory.floats(d.mean),
                      memory.floats(d.rstd),
                      affine ? memory.floats(d.gamma) : null,
                      adds || alias == 2 ? addend : null,
                      rows,
                      C);
              return List.of(dx, dgamma, dbeta);
            });
    double[] dgamma = before.clone();
    double[] dbeta = before.clone();
    double[] g = d.dy.clone();
    for (int i = 0; affine && i < g.length; i++) {
      dgamma[i % C] += d.dy[i] * d.xhat(i);
      dbeta[i % C] += d.dy[i];
      g[i] *= d.gamma[i % C];
    }
    double[] dx = d.backward(g);
    for (int i = 0; (adds || alias == 2) && i < dx.length; i++) {
      dx[i] += d.addend[i];
    }
    assertClose("dx of " + rows + "x" + C, dx, out[0], Tolerance.reduction(C));
    assertClose("dgamma", dgamma, out[1], Tolerance.reduction(rows));
    assertClose("dbeta", dbeta, out[2], Tolerance.reduction(rows));
  }

  @Test
  final void layerNormGeluForward() {
    for (int[] size : sizes()) {
      int rows = size[0];
      int C = size[1];
      Data d = new Data(rows, C);
      for (boolean flag : new boolean[] {true, false}) {
        float[][] out =
            run(
                6L * rows * C,
                memory -> {
                  Tensor y = memory.output(rows * C);
                  Tensor mean = memory.output(rows);
                  Tensor rstd = memory.output(rows);
                  kernels(memory)
                      .layerNormGeluForward(
                          y,
                          flag ? mean : null,
                          flag ? rstd : null,
                          memory.floats(d.x),
                          flag ? null : memory.floats(d.addend),
                          d.eps,
                          rows,
                          C);
                  return List.of(y, mean, rstd);
                });
        double[] y = d.exactXhat(d.x);
        for (int i = 0; i < y.length; i++) {
          y[i] = Oracle.gelu(y[i]) + (flag ? 0 : d.addend[i]);
        }
        assertClose("layerNormGelu", y, out[0], Tolerance.reduction(C) + Tolerance.FUNCTION);
        d.checkStatistics(d.x, flag, out);
      }
    }
  }

  @Test
  final void layerNormGeluBackward() {
    for (int[] size : sizes()) {
      int rows = size[0];
      int C = size[1];
      Data d = new Data(rows, C);
      for (boolean inPlace : new boolean[] {false, true}) {
        float[][] out =
            run(
                6L * rows * C,
                memory -> {
                  Tensor dy = memory.floats(d.dy);
                  Tensor dx = inPlace ? dy : memory.output(rows * C);
                  kernels(memory)
                      .layerNormGeluBackward(
                          dx,
                          dy,
                          memory.floats(d.x),
                          memory.floats(d.mean),
                          memory.floats(d.rstd),
                          rows,
                          C);
                  return List.of(dx);
                });
        double[] g = new double[rows * C];
        for (int i = 0; i < g.length; i++) {
          g[i] = d.dy[i] * Oracle.geluDerivative(d.xhat(i));
        }
        double tolerance = Tolerance.reduction(C) + Tolerance.FUNCTION;
        assertClose("layerNormGeluBackward", d.backward(g), out[0], tolerance);
      }
    }
  }

  @Test
  final void instanceNormForward() {
    for (int C : SIZES) {
      instanceNorm(2, 5, C, 1e-5f, C % 2 == 0);
    }
    instanceNorm(1, 500, 65, 1e-5f, false);
    instanceNorm(3, 197, 128, 1e-5f, true);
    instanceNorm(3, 1, 5, 0.1f, true);
  }

  private void instanceNorm(int B, int T, int C, float eps, boolean inPlace) {
    double[] x = shifted(B * T * C);
    float[][] out =
        run(
            4L * B * T * C,
            memory -> {
              Tensor in = memory.floats(x);
              Tensor y = inPlace ? in : memory.output(B * T * C);
              kernels(memory).instanceNormForward(y, in, eps, B, T, C);
              return List.of(y);
            });
    double[] y = new double[B * T * C];
    for (int b = 0; b < B; b++) {
      for (int c = 0; c < C; c++) {
        int at = b * T * C + c;
        double[] series = IntStream.range(0, T).mapToDouble(t -> x[at + t * C]).toArray();
        double mean = Oracle.mean(series);
        double rstd = 1 / Math.sqrt(Oracle.squares(series) / T + eps);
        for (int t = 0; t < T; t++) {
          y[at + t * C] = (series[t] - mean) * rstd;
        }
      }
    }
    assertClose("instanceNorm", y, out[0], Tolerance.reduction(T));
  }

  @Test
  final void standardizeRows() {
    for (int[] size : sizes()) {
      int rows = size[0];
      int C = size[1];
      Data d = new Data(rows, C);
      float[][] out =
          run(
              4L * rows * C,
              memory -> {
                Tensor y = memory.output(rows * C);
                kernels(memory).standardizeRows(y, memory.floats(d.x), d.eps, rows, C);
                return List.of(y);
              });
      double[] y = new double[rows * C];
      for (int r = 0; r < rows; r++) {
        double[] row = d.row(d.x, r);
        double mean = Oracle.mean(row);
        double rstd = 1 / Math.sqrt(Oracle.squares(row) / (C - 1) + d.eps);
        for (int c = 0; c < C; c++) {
          y[r * C + c] = (row[c] - mean) * rstd;
        }
      }
      assertClose("standardizeRows", y, out[0], Tolerance.reduction(C));
    }
  }

  @Test
  final void meanTokens() {
    for (int C : SIZES) {
      int B = 3;
      int T = C % 10 + 1;
      double[] x = shifted(B * T * C);
      float[][] out =
          run(
              4L * B * T * C,
              memory -> {
                Tensor y = memory.output(B * C);
                kernels(memory).meanTokens(y, memory.floats(x), B, T, C);
                return List.of(y);
              });
      double[] y = new double[B * C];
      for (int i = 0; i < x.length; i++) {
        y[i / (T * C) * C + i % C] += x[i] / T;
      }
      assertClose("meanTokens", y, out[0], Tolerance.reduction(T));
    }
  }

  /// What a row comes out as depends on the row alone: an encoder gives the same numbers for a
  /// sample whatever else is in its batch.
  @Test
  final void aRowDoesNotDependOnItsNeighbours() {
    int rows = 7;
    for (int C : new int[] {5, 64, 197}) {
      Data d = new Data(rows, C);
      float[][] all = normalised(d.x, d, rows, C);
      for (int r = 0; r < rows; r++) {
        float[][] alone = normalised(d.row(d.x, r), d, 1, C);
        for (int i = 0; i < all.length; i++) {
          int each = all[i].length / rows;
          float[] among = Arrays.copyOfRange(all[i], r * each, (r + 1) * each);
          assertArrayEquals(among, alone[i], "output " + i + " of row " + r + " of " + C);
        }
      }
    }
  }

  /// y, mean and rstd of a layer norm, and a softmax.
  private float[][] normalised(double[] x, Data d, int rows, int C) {
    return run(
        5L * rows * C + 2L * C,
        memory -> {
          Tensor in = memory.floats(x);
          Tensor y = memory.output(rows * C);
          Tensor mean = memory.output(rows);
          Tensor rstd = memory.output(rows);
          Tensor gamma = memory.floats(d.gamma);
          Tensor beta = memory.floats(d.beta);
          Tensor shares = memory.output(rows * C);
          kernels(memory).layerNormForward(y, mean, rstd, in, gamma, beta, d.eps, rows, C);
          kernels(memory).softmaxForward(shares, in, rows, C);
          return List.of(y, mean, rstd, shares);
        });
  }

  @Test
  final void wrongSizesAreRefused() {
    try (Backend backend = open(1);
        Guarded memory = new Guarded(backend, 100)) {
      Tensor ten = memory.output(10);
      NormKernels k = kernels(memory);
      assertThrows(IllegalArgumentException.class, () -> k.softmaxForward(ten, ten, 3, 4));
      assertThrows(
          IllegalArgumentException.class,
          () -> k.layerNormForward(ten, ten, null, ten, null, null, 1e-5f, 2, 5));
      assertThrows(
          IllegalArgumentException.class,
          () -> k.layerNormForward(ten, null, null, ten, ten, null, 1e-5f, 2, 5));
      assertThrows(
          IllegalArgumentException.class,
          () -> k.layerNormBackward(ten, null, null, ten, ten, ten, ten, ten, null, 2, 5));
    }
  }

  /// Few rows of every width, and two sizes with several parts.
  private static List<int[]> sizes() {
    List<int[]> sizes = new ArrayList<>();
    for (int C : SIZES) {
      sizes.add(new int[] {C % 2 == 0 ? 5 : 2, C});
    }
    sizes.add(new int[] {520, 64});
    sizes.add(new int[] {33, 1021});
    return sizes;
  }

  private double[] shifted(int size) {
    double[] x = normal(random, size);
    for (int i = 0; i < size; i++) {
      x[i] = (float) (x[i] * 1.5 + 3);
    }
    return x;
  }

  /// Arguments of one size, and the formulas in double.
  private final class Data {
    final int rows;
    final int C;
    final float eps;
    final double[] x;
    final double[] addend;
    final double[] dy;
    final double[] gamma;
    final double[] beta;

    /// As a forward would have saved them: rounded to F32.
    final double[] mean;

    final double[] rstd;

    Data(int rows, int C) {
      this.rows = rows;
      this.C = C;
      // with a handful of channels the variance can vanish; a large eps keeps the problem
      // well-conditioned
      this.eps = C < 8 ? 0.1f : 1e-5f;
      this.x = shifted(rows * C);
      this.addend = normal(random, rows * C);
      this.dy = normal(random, rows * C);
      this.gamma = normal(random, C);
      this.beta = normal(random, C);
      this.mean = new double[rows];
      this.rstd = new double[rows];
      for (int r = 0; r < rows; r++) {
        mean[r] = (float) Oracle.mean(row(x, r));
        rstd[r] = (float) exactRstd(x, r);
      }
    }

    double[] row(double[] values, int r) {
      return Arrays.copyOfRange(values, r * C, (r + 1) * C);
    }

    double exactRstd(double[] values, int r) {
      return 1 / Math.sqrt(Oracle.squares(row(values, r)) / C + eps);
    }

    double[] exactXhat(double[] values) {
      double[] xhat = new double[rows * C];
      for (int r = 0; r < rows; r++) {
        double mean = Oracle.mean(row(values, r));
        double rstd = exactRstd(values, r);
        for (int i = r * C; i < (r + 1) * C; i++) {
          xhat[i] = (values[i] - mean) * rstd;
        }
      }
      return xhat;
    }

    /// From the saved statistics.
    double xhat(int i) {
      return (x[i] - mean[i / C]) * rstd[i / C];
    }

    double[] backward(double[] g) {
      double[] dx = new double[rows * C];
      for (int r = 0; r < rows; r++) {
        double meanG = 0;
        double meanGx = 0;
        for (int i = r * C; i < (r + 1) * C; i++) {
          meanG += g[i] / C;
          meanGx += g[i] * xhat(i) / C;
        }
        for (int i = r * C; i < (r + 1) * C; i++) {
          dx[i] = rstd[r] * (g[i] - meanG - xhat(i) * meanGx);
        }
      }
      return dx;
    }

    void checkForward(String what, double[] in, boolean affine, boolean saves, float[][] out) {
      double[] y = exactXhat(in);
      for (int i = 0; affine && i < y.length; i++) {
        y[i] = y[i] * gamma[i % C] + beta[i % C];
      }
      assertClose(what + " of " + rows + "x" + C, y, out[0], Tolerance.reduction(C));
      checkStatistics(in, saves, out);
    }

    /// Mean and rstd, or two untouched outputs.
    void checkStatistics(double[] in, boolean saves, float[][] out) {
      double[] means = new double[rows];
      double[] rstds = new double[rows];
      for (int r = 0; r < rows; r++) {
        means[r] = saves ? Oracle.mean(row(in, r)) : Double.NaN;
        rstds[r] = saves ? exactRstd(in, r) : Double.NaN;
      }
      assertClose("mean", means, out[1], Tolerance.reduction(C));
      assertClose("rstd", rstds, out[2], Tolerance.reduction(C));
    }
  }
}
