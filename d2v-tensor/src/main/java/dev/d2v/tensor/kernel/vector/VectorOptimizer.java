package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.OptimizerKernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// STUB.
public final class VectorOptimizer implements OptimizerKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public VectorOptimizer(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void clip(StepNumbers numbers, Tensor g, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void adamW(
      StepNumbers numbers,
      Tensor p,
      Tensor m,
      Tensor v,
      @Nullable Tensor t,
      Tensor g,
      boolean decays,
      float lrScale,
      float beta1,
      float beta2,
      float eps,
      long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void ema(StepNumbers numbers, Tensor t, Tensor p, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
