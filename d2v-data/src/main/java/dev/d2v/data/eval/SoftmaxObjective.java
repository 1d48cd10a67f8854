package dev.d2v.data.eval;

import java.util.Arrays;

/// The objective of multinomial logistic regression, per sample:
///
/// ```
/// f(W, b) = 1/n sum_i (log sum_k exp(z_ik) - z_iy) + 1/(2 C n) sum W^2,     z = x W^T + b
/// df/dW[k] = 1/n sum_i (p_ik - [k = y_i]) x_i + W[k] / (C n)
/// ```
///
/// Parameters are (K, d) weights, then K intercepts. Products in single, sums in double precision.
final class SoftmaxObjective implements Lbfgs.Objective {
  private static final int COLUMNS = 128;
  private static final int ROWS = 256;
  private static final int UNROLL = 8;

  private final Features x;
  private final Tiles tiles;
  private final int[] y;
  private final int classes;
  private final double penalty;
  private final Workers workers;
  private final float[] weights;
  private final float[] residuals;
  private final double[] groupLoss;

  /// @param y class of each sample in [0, classes)
  /// @param c strength of the data against the penalty
  SoftmaxObjective(Features x, int[] y, int classes, double c, Workers workers) {
    this.x = x;
    this.tiles = new Tiles(x);
    this.y = y;
    this.classes = classes;
    this.penalty = 1 / (c * x.rows());
    this.workers = workers;
    this.weights = new float[classes * Tiles.padded(x.width())];
    // Padded with zero rows, so that eight rows at a time need no remainder.
    int rows = (x.rows() + UNROLL - 1) / UNROLL * UNROLL;
    this.residuals = new float[Math.multiplyExact(rows, classes)];
    this.groupLoss = new double[tiles.groups()];
  }

  int parameters() {
    return classes * (x.width() + 1);
  }

  @Override
  public double at(double[] parameters, double[] gradient) {
    int d = x.width();
    int padded = Tiles.padded(d);
    for (int k = 0; k < classes; k++) {
      for (int j = 0; j < d; j++) {
        weights[k * padded + j] = (float) parameters[k * d + j];
      }
    }
    workers.run(tiles.groups(), g -> groupLoss[g] = forward(g, parameters));
    int parts = (d + COLUMNS - 1) / COLUMNS;
    workers.run(parts + 1, part -> backward(part, parts, parameters, gradient));
    double loss = 0;
    for (double part : groupLoss) {
      loss += part;
    }
    double squares = 0;
    for (int i = 0; i < classes * d; i++) {
      squares += parameters[i] * parameters[i];
    }
    return loss / x.rows() + penalty / 2 * squares;
  }

  /// Residuals p - [k = y] of one group of rows; returns the sum of their losses.
  private double forward(int g, double[] parameters) {
    float[] z = new float[classes * Tiles.LANES];
    tiles.products(g, weights, 0, classes, z);
    int intercepts = classes * x.width();
    double loss = 0;
    for (int r = 0; r < tiles.rowsOf(g); r++) {
      int i = g * Tiles.LANES + r;
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, z[k * Tiles.LANES + r] + parameters[intercepts + k]);
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double e = Math.exp(z[k * Tiles.LANES + r] + parameters[intercepts + k] - max);
        residuals[i * classes + k] = (float) e;
        sum += e;
      }
      float scale = (float) (1 / sum);
      for (int k = 0; k < classes; k++) {
        residuals[i * classes + k] *= scale;
      }
      int label = y[i];
      loss += Math.log(sum) + max - z[label * Tiles.LANES + r] - parameters[intercepts + label];
      residuals[i * classes + label] -= 1;
    }
    return loss;
  }

  /// Gradient of one range of columns over all rows, in their order; the last part is the
  /// intercepts.
  private void backward(int part, int parts, double[] parameters, double[] gradient) {
    int d = x.width();
    int n = x.rows();
    if (part == parts) {
      double[] sums = new double[classes];
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < classes; k++) {
          sums[k] += residuals[i * classes + k];
        }
      }
      for (int k = 0; k < classes; k++) {
        gradient[classes * d + k] = sums[k] / n;
      }
      return;
    }
    int from = part * COLUMNS;
    int width = Math.min(COLUMNS, d - from);
    double[] total = new double[classes * width];
    float[] sum = new float[classes * width];
    float[] tail = new float[UNROLL * width];
    for (int block = 0; block < n; block += ROWS) {
      Arrays.fill(sum, 0);
      for (int i = block; i < Math.min(block + ROWS, n); i += UNROLL) {
        if (i + UNROLL <= n) {
          addRows(sum, width, x.values(), i * d + from, d, i);
        } else {
          Arrays.fill(tail, 0);
          for (int r = i; r < n; r++) {
            System.arraycopy(x.values(), r * d + from, tail, (r - i) * width, width);
          }
          addRows(sum, width, tail, 0, width, i);
        }
      }
      for (int e = 0; e < sum.length; e++) {
        total[e] += sum[e];
      }
    }
    for (int k = 0; k < classes; k++) {
      for (int j = 0; j < width; j++) {
        int at = k * d + from + j;
        gradient[at] = total[k * width + j] / n + penalty * parameters[at];
      }
    }
  }

  /// `sum[k][j] += sum over eight rows of residual[row][k] x[row][j]`.
  private void addRows(float[] sum, int width, float[] v, int at, int stride, int row) {
    for (int k = 0; k < classes; k++) {
      int p = row * classes + k;
      int o = k * width;
      float r0 = residuals[p];
      float r1 = residuals[p + classes];
      float r2 = residuals[p + 2 * classes];
      float r3 = residuals[p + 3 * classes];
      float r4 = residuals[p + 4 * classes];
      float r5 = residuals[p + 5 * classes];
      float r6 = residuals[p + 6 * classes];
      float r7 = residuals[p + 7 * classes];
      for (int j = 0; j < width; j++) {
        float even =
            r0 * v[at + j]
                + r2 * v[at + 2 * stride + j]
                + r4 * v[at + 4 * stride + j]
                + r6 * v[at + 6 * stride + j];
        float odd =
            r1 * v[at + stride + j]
                + r3 * v[at + 3 * stride + j]
                + r5 * v[at + 5 * stride + j]
                + r7 * v[at + 7 * stride + j];
        sum[o + j] += even + odd;
      }
    }
  }
}
