package dev.d2v.tensor.kernel.scalar;

/// Functions that `java.lang.Math` lacks.
final class ScalarMath {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double ONE_OVER_SQRT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

  private ScalarMath() {}

  /// `erf(x) = 2/sqrt(pi) exp(-x^2) sum over n of (2 x^2)^n x / (1 * 3 * ... * (2n+1))`, whose
  /// terms all have one sign; relative error below 1e-9.
  static double erf(double x) {
    if (Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-11 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  /// `Phi(x)`, the standard normal distribution.
  static double normalCdf(double x) {
    return 0.5 * (1 + erf(x * SQRT_HALF));
  }

  /// `gelu(x) = x Phi(x)`; 0 at minus infinity.
  static double gelu(double x) {
    return x == Double.NEGATIVE_INFINITY ? 0 : x * normalCdf(x);
  }

  /// `gelu'(x) = Phi(x) + x phi(x)`.
  static double geluDerivative(double x) {
    double density = ONE_OVER_SQRT_TWO_PI * Math.exp(-0.5 * x * x);
    return normalCdf(x) + (density == 0 ? 0 : x * density);
  }
}
