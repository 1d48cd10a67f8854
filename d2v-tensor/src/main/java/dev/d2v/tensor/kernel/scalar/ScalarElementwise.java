package dev.d2v.tensor.kernel.scalar;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ElementwiseKernels;
import dev.d2v.tensor.parallel.RowParallel;

/// STUB.
public final class ScalarElementwise implements ElementwiseKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarElementwise(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void add(Tensor y, Tensor a, Tensor b, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void scale(Tensor y, Tensor x, float alpha, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void axpy(Tensor y, Tensor x, float alpha, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void fill(Tensor y, float value, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void copy(Tensor y, Tensor x, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void addRows(Tensor y, Tensor x, Tensor v, int rows, int period, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void sumRows(Tensor y, Tensor x, int rows, int period, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void scaleGroups(Tensor y, Tensor x, Tensor scale, int groups, long size) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void scaleGroupsBackward(
      Tensor dscale, Tensor dy, Tensor x, Tensor scale, int B, int groups, int per) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
