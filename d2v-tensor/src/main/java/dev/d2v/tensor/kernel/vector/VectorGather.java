package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.GatherKernels;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// STUB.
public final class VectorGather implements GatherKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public VectorGather(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void gatherRows(Tensor y, Tensor x, @Nullable Tensor z, Tensor index, int n, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void scatterRows(
      Tensor dx, @Nullable Tensor dz, Tensor dy, Tensor index, int n, int rowsX, int rowsZ, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void gatherPairs(Tensor y, Tensor table, Tensor keep, int R, int H, int V, int T) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
