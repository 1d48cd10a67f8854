package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.LossKernels;
import dev.d2v.tensor.parallel.RowParallel;

/// STUB.
public final class VectorLoss implements LossKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public VectorLoss(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void regression(
      Tensor loss,
      Tensor dpred,
      Tensor pred,
      Tensor target,
      Tensor targetRow,
      float beta,
      float scale,
      int rows,
      int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void spread(Tensor out, Tensor x, Tensor index, int n, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
