package dev.d2v.testkit.contract;

import dev.d2v.tensor.kernel.Activation;

/// Formulas in double precision that several contracts compare with. They share nothing with the
/// kernels.
public final class Oracle {
  private Oracle() {}

  public static double mean(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v;
    }
    return sum / x.length;
  }

  /// Sum of squared deviations from the mean.
  public static double squares(double[] x) {
    double mean = mean(x);
    double sum = 0;
    for (double v : x) {
      sum += (v - mean) * (v - mean);
    }
    return sum;
  }

  public static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /// `Phi(x)`: Simpson's rule over the density from 0, good to 1e-10 absolute; the density beyond 8
  /// adds less than that.
  public static double normalCdf(double x) {
    double to = Math.min(Math.abs(x), 8);
    int panels = 100;
    double h = to / panels;
    double sum = density(0) + density(to);
    for (int i = 1; i < panels; i++) {
      sum += (i % 2 == 0 ? 2 : 4) * density(i * h);
    }
    return 0.5 + Math.signum(x) * sum * h / 3;
  }

  public static double gelu(double x) {
    return x * normalCdf(x);
  }

  public static double activation(Activation f, double x) {
    return switch (f) {
      case RELU -> x > 0 ? x : 0;
      case TANH -> Math.tanh(x);
      case SIGMOID -> 0.5 + 0.5 * Math.tanh(x / 2);
      case SILU -> x * (0.5 + 0.5 * Math.tanh(x / 2));
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
      case GELU_SIGMOID -> x * (0.5 + 0.5 * Math.tanh(0.851 * x));
    };
  }

  public static double geluDerivative(double x) {
    return normalCdf(x) + x * density(x);
  }
}
