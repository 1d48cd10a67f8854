package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Activation;
import dev.d2v.tensor.kernel.ActivationKernels;
import dev.d2v.tensor.parallel.RowParallel;

/// GELU and others, element by element, in double.
public final class ScalarActivation implements ActivationKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarActivation(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void geluForward(Tensor y, Tensor x, long size) {
    Checks.floats("geluForward", size, "y x", y, x);
    forEach(parallel, size, 1, i -> set(y, i, ScalarMath.gelu(get(x, i))));
  }

  @Override
  public void geluBackward(Tensor dx, Tensor dy, Tensor x, long size) {
    Checks.floats("geluBackward", size, "dx dy x", dx, dy, x);
    forEach(parallel, size, 1, i -> set(dx, i, get(dy, i) * ScalarMath.geluDerivative(get(x, i))));
  }

  @Override
  public void activationForward(Tensor y, Tensor x, Activation f, long size) {
    Checks.floats("activationForward", size, "y x", y, x);
    forEach(parallel, size, 1, i -> set(y, i, value(f, get(x, i))));
  }

  private static double value(Activation f, double x) {
    return switch (f) {
      case RELU -> Math.max(x, 0);
      case TANH -> Math.tanh(x);
      case SIGMOID -> sigmoid(x);
      case SILU -> x * sigmoid(x);
      case GELU_TANH -> x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
      case GELU_SIGMOID -> x * sigmoid(1.702 * x);
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
