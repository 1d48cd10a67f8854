package dev.d2v.testkit.contract;

/// Formulas in double precision that several contracts compare with. They share nothing with the
/// kernels.
final class Oracle {
  private Oracle() {}

  static double mean(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v;
    }
    return sum / x.length;
  }

  /// Sum of squared deviations from the mean.
  static double squares(double[] x) {
    double mean = mean(x);
    double sum = 0;
    for (double v : x) {
      sum += (v - mean) * (v - mean);
    }
    return sum;
  }

  static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /// `Phi(x)`: Simpson's rule over the density from 0, good to 1e-10 absolute; the density beyond 8
  /// adds less than that.
  static double normalCdf(double x) {
    double to = Math.min(Math.abs(x), 8);
    int panels = 100;
    double h = to / panels;
    double sum = density(0) + density(to);
    for (int i = 1; i < panels; i++) {
      sum += (i % 2 == 0 ? 2 : 4) * density(i * h);
    }
    return 0.5 + Math.signum(x) * sum * h / 3;
  }

  static double gelu(double x) {
    return x * normalCdf(x);
  }

  static double geluDerivative(double x) {
    return normalCdf(x) + x * density(x);
  }
}
