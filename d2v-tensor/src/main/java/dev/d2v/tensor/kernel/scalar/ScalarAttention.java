package dev.d2v.tensor.kernel.scalar;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.AttentionKernels;
import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// STUB.
public final class ScalarAttention implements AttentionKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarAttention(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void attentionForward(
      Tensor out,
      @Nullable Tensor lse,
      Tensor qkv,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      @Nullable DropoutSpec dropout,
      float scale,
      int B,
      int T,
      int H,
      int D) {
    throw new UnsupportedOperationException("" + parallel);
  }

  @Override
  public void attentionBackward(
      Tensor dqkv,
      @Nullable Tensor dbias,
      Tensor dout,
      Tensor qkv,
      Tensor out,
      Tensor lse,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      @Nullable DropoutSpec dropout,
      float scale,
      int B,
      int T,
      int H,
      int D) {
    throw new UnsupportedOperationException("" + parallel);
  }
}
