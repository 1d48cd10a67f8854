package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ActivationKernels;
import dev.d2v.tensor.parallel.RowParallel;

/// STUB.
public final class VectorActivation implements ActivationKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public VectorActivation(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void geluForward(Tensor y, Tensor x, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void geluBackward(Tensor dx, Tensor dy, Tensor x, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
