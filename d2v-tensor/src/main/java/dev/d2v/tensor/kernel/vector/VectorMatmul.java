package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.MatmulKernels;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import org.jspecify.annotations.Nullable;

/// STUB.
public final class VectorMatmul implements MatmulKernels {
  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads, with this working memory.
  public VectorMatmul(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  @Override
  public void matmulNN(Tensor c, Tensor a, Tensor b, @Nullable Tensor addend, int m, int n, int k) {
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
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
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }

  @Override
  public void matmulNTGelu(
      Tensor y, @Nullable Tensor pre, Tensor a, Tensor b, Tensor bias, int m, int n, int k) {
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }

  @Override
  public void matmulNNGeluBackward(
      Tensor dpre, Tensor dy, Tensor w, Tensor pre, int m, int n, int k) {
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }

  @Override
  public void matmulTN(Tensor c, Tensor a, Tensor b, int m, int n, int k) {
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }
}
