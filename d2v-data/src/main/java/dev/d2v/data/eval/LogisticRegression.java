package dev.d2v.data.eval;

import dev.d2v.data.DataException;
import java.util.Arrays;

/// The linear probe: multinomial logistic regression on standardised features, with an L2 penalty
/// that spares the intercepts, as scikit-learn's `StandardScaler` + `LogisticRegression`:
///
/// ```
/// min  C sum_i -log softmax(x_i W^T + b)[y_i]  +  1/2 sum W^2,     x = (raw - mean) / std
/// ```
///
/// Mean and std are those of the training features; a feature that never changes counts as 0.
public final class LogisticRegression {
  /// How it is fitted.
  ///
  /// @param c strength of the data against the penalty, 1 by habit
  /// @param maxIterations of L-BFGS
  /// @param tolerance of the largest component of the gradient of the mean loss
  public record Options(double c, int maxIterations, double tolerance) {
    /// C = 1, at most 300 iterations, 1e-4.
    public static Options usual() {
      return new Options(1, 300, 1e-4);
    }
  }

  private final int[] classes;
  private final double[] mean;
  private final double[] factor;
  private final float[] weights;
  private final double[] intercepts;
  private final int width;
  private final Lbfgs.Minimum minimum;

  private LogisticRegression(
      int[] classes, double[] mean, double[] factor, int width, Lbfgs.Minimum minimum) {
    this.classes = classes;
    this.mean = mean;
    this.factor = factor;
    this.width = width;
    this.minimum = minimum;
    int padded = Tiles.padded(width);
    this.weights = new float[classes.length * padded];
    for (int k = 0; k < classes.length; k++) {
      for (int j = 0; j < width; j++) {
        weights[k * padded + j] = (float) minimum.x()[k * width + j];
      }
    }
    this.intercepts = Arrays.copyOfRange(minimum.x(), classes.length * width, minimum.x().length);
  }

  /// Fits with the usual options.
  public static LogisticRegression fit(Features train, int[] labels, int threads) {
    return fit(train, labels, Options.usual(), threads);
  }

  /// Fits; the result is the same for any number of threads.
  ///
  /// @throws DataException when there are no samples, a label is missing, features are not finite,
  ///   or there is only one class
  public static LogisticRegression fit(Features train, int[] labels, Options options, int threads) {
    train.checked("features");
    checkLabels(train, labels);
    int[] classes = Arrays.stream(labels).distinct().sorted().toArray();
    if (classes.length < 2) {
      throw new DataException(
          "A linear probe needs at least two classes, found only class %d in %d labels. Probe with data of several classes."
              .formatted(classes[0], labels.length));
    }
    int[] y = new int[labels.length];
    Arrays.setAll(y, i -> Arrays.binarySearch(classes, labels[i]));
    double[] mean = train.means();
    double[] factor = train.deviations(mean);
    for (int j = 0; j < factor.length; j++) {
      // Rounding leaves a constant feature a tiny deviation; dividing by it would make noise large.
      boolean constant = factor[j] <= 1e-7 * Math.max(Math.abs(mean[j]), 1e-30);
      factor[j] = constant ? 0 : 1 / factor[j];
    }
    try (Workers workers = new Workers(threads)) {
      SoftmaxObjective objective =
          new SoftmaxObjective(train.scaled(mean, factor), y, classes.length, options.c(), workers);
      Lbfgs.Minimum minimum =
          Lbfgs.minimise(
              objective,
              new double[objective.parameters()],
              options.tolerance(),
              options.maxIterations());
      return new LogisticRegression(classes, mean, factor, train.width(), minimum);
    }
  }

  static void checkLabels(Features features, int[] labels) {
    if (labels.length != features.rows()) {
      throw new IllegalArgumentException(
          "expected a label for each of %d samples, got %d"
              .formatted(features.rows(), labels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0) {
        throw new DataException(
            "Expected a label for every image, found none for sample %d. Labels come from sub-folders, one a class, or from an IDX file of labels."
                .formatted(i));
      }
    }
  }

  /// The most probable class of every sample.
  public int[] predict(Features features) {
    if (features.width() != width) {
      throw new IllegalArgumentException(
          "fitted on %d features, got %d".formatted(width, features.width()));
    }
    Tiles tiles = new Tiles(features.checked("features").scaled(mean, factor));
    int[] out = new int[features.rows()];
    float[][] z = new float[classes.length][Tiles.LANES];
    for (int g = 0; g < tiles.groups(); g++) {
      tiles.products(g, weights, 0, classes.length, z);
      for (int r = 0; r < tiles.rowsOf(g); r++) {
        int best = 0;
        for (int k = 1; k < classes.length; k++) {
          if (z[k][r] + intercepts[k] > z[best][r] + intercepts[best]) {
            best = k;
          }
        }
        out[g * Tiles.LANES + r] = classes[best];
      }
    }
    return out;
  }

  /// Share of samples in [0,1] whose predicted class is their label.
  public double accuracy(Features features, int[] labels) {
    checkLabels(features, labels);
    return share(predict(features), labels);
  }

  static double share(int[] predicted, int[] labels) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += predicted[i] == labels[i] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  /// Iterations of L-BFGS taken.
  public int iterations() {
    return minimum.iterations();
  }

  /// Mean loss at the end, the penalty included.
  public double loss() {
    return minimum.value();
  }

  /// Largest component of the gradient of [#loss()] at the end.
  public double gradientMax() {
    return minimum.gradientMax();
  }

  /// (classes, width) weights for standardised features; a copy.
  double[] weights() {
    return Arrays.copyOf(minimum.x(), classes.length * width);
  }
}
