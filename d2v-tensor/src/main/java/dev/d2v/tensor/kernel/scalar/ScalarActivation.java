package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ActivationKernels;
import dev.d2v.tensor.parallel.RowParallel;

/// GELU, element by element, in double.
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
}
