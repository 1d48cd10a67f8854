package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.RandomKernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.parallel.RowParallel;

/// STUB.
public final class VectorRandom implements RandomKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public VectorRandom(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void fillNormal(Tensor y, StepNumbers numbers, int stream, float std, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void dropout(Tensor y, Tensor x, StepNumbers numbers, int stream, float p, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void dropPath(
      Tensor y, Tensor x, StepNumbers numbers, int stream, float p, int rows, int rowSize) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
