package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.AttentionChecks;
import dev.d2v.tensor.kernel.AttentionKernels;
import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Attention with vectors: the rows of a head are packed, each product runs in register tiles, and
/// the softmax goes over rows of scores in the cache.
public final class VectorAttention implements AttentionKernels {
  private final RowParallel parallel;
  private final AttentionBuffers[] buffers;

  /// Over these threads.
  public VectorAttention(RowParallel parallel) {
    this.parallel = parallel;
    this.buffers = new AttentionBuffers[parallel.threads()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = new AttentionBuffers();
    }
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
    AttentionChecks.forward(out, lse, qkv, bias, padding, B, T, H, D);
    if (out.size() == 0) {
      return;
    }
    var call =
        new AttentionForward(
            buffers,
            new AttentionShape(B, T, H, D),
            out.data(),
            data(lse),
            qkv.data(),
            data(bias),
            biasHeads(bias, T),
            data(padding),
            dropout,
            scale);
    parallel.run(call.parts(), call);
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
    AttentionChecks.backward(dqkv, dbias, dout, qkv, out, lse, bias, padding, B, T, H, D);
    if (out.size() == 0) {
      return;
    }
    var call =
        new AttentionBackward(
            buffers,
            new AttentionShape(B, T, H, D),
            dqkv.data(),
            data(dbias),
            dout.data(),
            qkv.data(),
            out.data(),
            lse.data(),
            data(bias),
            biasHeads(bias, T),
            data(padding),
            dropout,
            scale);
    parallel.run(call.parts(), call);
  }

  private static int biasHeads(@Nullable Tensor bias, int T) {
    return bias == null ? 0 : Math.toIntExact(bias.size() / ((long) T * T));
  }

  private static @Nullable MemorySegment data(@Nullable Tensor tensor) {
    return tensor == null ? null : tensor.data();
  }
}
