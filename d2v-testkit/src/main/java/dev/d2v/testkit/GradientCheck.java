package dev.d2v.testkit;

import java.util.function.ToDoubleFunction;

/// A hand-written gradient against differences of the function itself.
public final class GradientCheck {
  // Small enough that the fourth power is below F32's rounding, large enough that the rounding of
  // the function, divided by it, stays small.
  private static final double STEP = 0x1p-5;

  /// Stricter than [Tolerance#FINITE_DIFFERENCE], which is for differences of the second order: the
  /// layers' gradients differ from these by 3e-5 at most with exact kernels.
  public static final double TOLERANCE = Tolerance.FINITE_DIFFERENCE / 40;

  private GradientCheck() {}

  /// `df/dx_i = (8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h`, with an error of the order of
  /// h^4, h = 2^-5 max(1, |x_i|).
  public static double[] differences(float[] x, ToDoubleFunction<float[]> f) {
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      float h = (float) (STEP * Math.max(1, Math.abs(x[i])));
      double near = moved(x, i, h, f) - moved(x, i, -h, f);
      double far = moved(x, i, 2 * h, f) - moved(x, i, -2 * h, f);
      out[i] = (8 * near - far) / (12 * (double) h);
    }
    return out;
  }

  private static double moved(float[] x, int i, float h, ToDoubleFunction<float[]> f) {
    float[] there = x.clone();
    there[i] += h;
    return f.applyAsDouble(there);
  }

  /// Fails unless the gradient of f at x is within [#TOLERANCE] of the differences, relative to the
  /// largest of them.
  public static void check(String what, float[] gradient, float[] x, ToDoubleFunction<float[]> f) {
    KernelContract.assertClose(what, differences(x, f), gradient, TOLERANCE);
  }
}
