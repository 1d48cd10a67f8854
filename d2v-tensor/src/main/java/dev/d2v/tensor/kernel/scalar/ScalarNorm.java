package dev.d2v.tensor.kernel.scalar;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// STUB.
public final class ScalarNorm implements NormKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarNorm(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void layerNormForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void addLayerNormForward(
      Tensor y,
      Tensor sum,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      Tensor addend,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void layerNormBackward(
      Tensor dx,
      @Nullable Tensor dgamma,
      @Nullable Tensor dbeta,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      @Nullable Tensor gamma,
      @Nullable Tensor addend,
      int rows,
      int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void layerNormGeluForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor addend,
      float eps,
      int rows,
      int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void layerNormGeluBackward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, int rows, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void instanceNormForward(Tensor y, Tensor x, float eps, int B, int T, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void standardizeRows(Tensor y, Tensor x, float eps, int rows, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void meanTokens(Tensor y, Tensor x, int B, int T, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void softmaxForward(Tensor y, Tensor x, int rows, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor dy, Tensor y, int rows, int C) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
