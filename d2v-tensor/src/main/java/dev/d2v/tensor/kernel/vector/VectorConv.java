package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvKernels;
import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import org.jspecify.annotations.Nullable;

/// STUB.
public final class VectorConv implements ConvKernels {
  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads, with this working memory.
  public VectorConv(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  @Override
  public void conv2dForward(Tensor y, Tensor x, Tensor w, @Nullable Tensor bias, ConvShape shape) {
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }

  @Override
  public void conv2dBackwardInput(Tensor dx, Tensor dy, Tensor w, ConvShape shape) {
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }

  @Override
  public void conv2dBackwardWeight(
      Tensor dw, @Nullable Tensor dbias, Tensor dy, Tensor x, ConvShape shape) {
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }

  @Override
  public void patches(Tensor y, Tensor x, boolean channelsLast, int B, int C, int H, int W, int P) {
    throw new UnsupportedOperationException("" + parallel + scratch.segment(0, 0, 64));
  }
}
