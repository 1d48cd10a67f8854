package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Native.address;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Activation;
import dev.d2v.tensor.kernel.ActivationKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;

/// GELU with the polynomials of [Gelu], others with those of [Sigmoids].
public final class VectorActivation implements ActivationKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public VectorActivation(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void geluForward(Tensor y, Tensor x, long size) {
    Checks.floats("geluForward", size, "y x", y, x);
    long to = address(y);
    long from = address(x);
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long at = 4 * parts.from(part);
          Gelu.forward(to + at, from + at, (int) (parts.to(part) - parts.from(part)));
        });
  }

  @Override
  public void geluBackward(Tensor dx, Tensor dy, Tensor x, long size) {
    Checks.floats("geluBackward", size, "dx dy x", dx, dy, x);
    long to = address(dx);
    long gradient = address(dy);
    long input = address(x);
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long at = 4 * parts.from(part);
          int n = (int) (parts.to(part) - parts.from(part));
          Gelu.backward(to + at, gradient + at, input + at, n);
        });
  }

  @Override
  public void activationForward(Tensor y, Tensor x, Activation f, long size) {
    Checks.floats("activationForward", size, "y x", y, x);
    long to = address(y);
    long from = address(x);
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long at = 4 * parts.from(part);
          Sigmoids.forward(f, to + at, from + at, (int) (parts.to(part) - parts.from(part)));
        });
  }
}
