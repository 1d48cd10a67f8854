package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.AttentionKernels;
import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import org.jspecify.annotations.Nullable;

/// STUB.
public final class VectorAttention implements AttentionKernels {
  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads, with this working memory.
  public VectorAttention(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
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
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
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
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }
}
