package dev.d2v.tensor.kernel.scalar;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.MatmulKernels;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// STUB.
public final class ScalarMatmul implements MatmulKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarMatmul(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void matmulNN(Tensor c, Tensor a, Tensor b, @Nullable Tensor addend, int m, int n, int k) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void matmulNT(
      Tensor c,
      Tensor a,
      Tensor b,
      @Nullable Tensor bias,
      @Nullable Tensor addend,
      int m,
      int n,
      int k) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void matmulNTGelu(
      Tensor y, @Nullable Tensor pre, Tensor a, Tensor b, Tensor bias, int m, int n, int k) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void matmulNNGeluBackward(
      Tensor dpre, Tensor dy, Tensor w, Tensor pre, int m, int n, int k) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void matmulTN(Tensor c, Tensor a, Tensor b, int m, int n, int k) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
