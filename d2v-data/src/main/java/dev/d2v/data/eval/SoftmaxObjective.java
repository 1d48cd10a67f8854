package dev.d2v.data.eval;

/// The objective of multinomial logistic regression, per sample:
///
/// ```
/// f(W, b) = 1/n sum_i (log sum_k exp(z_ik) - z_iy) + 1/(2 C n) sum W^2,     z = x W^T + b
/// df/dW[k] = 1/n sum_i (p_ik - [k = y_i]) x_i + W[k] / (C n)
/// ```
///
/// Parameters are (K, d) weights, then K intercepts. Products in single, sums in double precision.
final class SoftmaxObjective implements Lbfgs.Objective {
  private final int rows;
  private final int width;
  private final Tiles tiles;
  private final Panels panels;
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
    this.rows = x.rows();
    this.width = x.width();
    this.tiles = new Tiles(x);
    this.panels = new Panels(x);
    this.y = y;
    this.classes = classes;
    this.penalty = 1 / (c * rows);
    this.workers = workers;
    this.weights = new float[classes * Tiles.padded(width)];
    this.residuals = new float[Math.multiplyExact(Panels.paddedRows(rows), classes)];
    this.groupLoss = new double[tiles.groups()];
  }

  int parameters() {
    return classes * (width + 1);
  }

  @Override
  public double at(double[] parameters, double[] gradient) {
    int padded = Tiles.padded(width);
    for (int k = 0; k < classes; k++) {
      for (int j = 0; j < width; j++) {
        weights[k * padded + j] = (float) parameters[k * width + j];
      }
    }
    workers.run(tiles.groups(), g -> groupLoss[g] = forward(g, parameters));
    workers.run(panels.panels(), p -> backward(p, parameters, gradient));
    backwardIntercepts(gradient);
    double loss = 0;
    for (double part : groupLoss) {
      loss += part;
    }
    double squares = 0;
    for (int i = 0; i < classes * width; i++) {
      squares += parameters[i] * parameters[i];
    }
    return loss / rows + penalty / 2 * squares;
  }

  /// Residuals p - [k = y] of one group of rows; returns the sum of their losses.
  private double forward(int g, double[] parameters) {
    float[][] z = new float[classes][Tiles.LANES];
    tiles.products(g, weights, 0, classes, z);
    int intercepts = classes * width;
    double loss = 0;
    for (int r = 0; r < tiles.rowsOf(g); r++) {
      int i = g * Tiles.LANES + r;
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, z[k][r] + parameters[intercepts + k]);
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double e = Math.exp(z[k][r] + parameters[intercepts + k] - max);
        residuals[i * classes + k] = (float) e;
        sum += e;
      }
      float scale = (float) (1 / sum);
      for (int k = 0; k < classes; k++) {
        residuals[i * classes + k] *= scale;
      }
      int label = y[i];
      loss += Math.log(sum) + max - z[label][r] - parameters[intercepts + label];
      residuals[i * classes + label] -= 1;
    }
    return loss;
  }

  /// Gradient of one panel of columns over all rows, in their order.
  private void backward(int p, double[] parameters, double[] gradient) {
    double[][] sums = panels.sums(p, residuals, classes);
    for (int k = 0; k < classes; k++) {
      int from = k * width + panels.first(p);
      for (int j = 0; j < sums[k].length; j++) {
        gradient[from + j] = sums[k][j] / rows + penalty * parameters[from + j];
      }
    }
  }

  private void backwardIntercepts(double[] gradient) {
    double[] sums = new double[classes];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < classes; k++) {
        sums[k] += residuals[i * classes + k];
      }
    }
    for (int k = 0; k < classes; k++) {
      gradient[classes * width + k] = sums[k] / rows;
    }
  }
}
