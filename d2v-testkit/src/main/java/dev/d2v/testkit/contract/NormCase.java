package dev.d2v.testkit.contract;

import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.Arrays;
import java.util.Random;

/// Arguments of one size, and the formulas in double.
final class NormCase {
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

  NormCase(Random random, int rows, int C) {
    this.rows = rows;
    this.C = C;
    // with a handful of channels the variance can vanish; a large eps keeps the problem
    // well-conditioned
    this.eps = C < 8 ? 0.1f : 1e-5f;
    this.x = shifted(random, rows * C);
    this.addend = Oracle.normal(random, rows * C, 0, 1);
    this.dy = Oracle.normal(random, rows * C, 0, 1);
    this.gamma = Oracle.normal(random, C, 0, 1);
    this.beta = Oracle.normal(random, C, 0, 1);
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
    KernelContract.assertClose(what + " of " + rows + "x" + C, y, out[0], Tolerance.reduction(C));
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
    KernelContract.assertClose("mean", means, out[1], Tolerance.reduction(C));
    KernelContract.assertClose("rstd", rstds, out[2], Tolerance.reduction(C));
  }

  /// N(3, 1.5^2): far from 0, where `E[x^2] - E[x]^2` would cancel.
  static double[] shifted(Random random, int size) {
    return Oracle.normal(random, size, 3, 1.5);
  }
}
