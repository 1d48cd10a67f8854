package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Native.address;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.AttentionChecks;
import dev.d2v.tensor.kernel.AttentionKernels;
import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Attention with vectors: the rows of a head are packed as the tiles of all products want them
/// ([GemmTile]), and the softmax goes over scores in the cache.
public final class VectorAttention implements AttentionKernels {
  private final RowParallel parallel;

  /// One for each thread.
  private final AttentionRoom[] rooms;

  /// Over these threads, with this working memory.
  public VectorAttention(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.rooms = new AttentionRoom[parallel.threads()];
    Arrays.setAll(rooms, thread -> new AttentionRoom(scratch, thread));
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
    var shape = AttentionShape.of(B, T, H, D, false, parallel.threads());
    AttentionScores scores = scores(qkv, bias, padding, dropout, scale, shape);
    int queryParts = shape.queryParts(parallel.threads());
    var call = new AttentionForward(rooms, shape, scores, queryParts, address(out), orZero(lse));
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
    var shape = AttentionShape.of(B, T, H, D, true, parallel.threads());
    AttentionScores scores = scores(qkv, bias, padding, dropout, scale, shape);
    var call =
        new AttentionBackward(
            rooms,
            shape,
            scores,
            address(dqkv),
            orZero(dbias),
            address(dout),
            address(out),
            address(lse));
    parallel.run(call.parts(), call);
  }

  private static AttentionScores scores(
      Tensor qkv,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      @Nullable DropoutSpec dropout,
      float scale,
      AttentionShape shape) {
    long one = (long) shape.T() * shape.T();
    int biasHeads = bias == null ? 0 : Math.toIntExact(bias.size() / one);
    return new AttentionScores(
        shape, address(qkv), orZero(bias), biasHeads, orZero(padding), dropout, scale);
  }

  private static long orZero(@Nullable Tensor tensor) {
    return tensor == null ? 0 : address(tensor);
  }
}
