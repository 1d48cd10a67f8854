package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Multi-head attention, fused: scores live in a thread's scratch, a block of queries of one head
/// at a time, and are recomputed in the backward.
///
/// Layout: `qkv (B,T,3,H,D)`: a token's q, k and v of H*D channels each, head h owning channels h*D
/// to h*D+D-1, at most [AttentionChecks#CHANNELS]. `bias (B,H,T,T)` or `(1,H,T,T)` shared by all
/// samples, added after scaling. `padding (B,T)` I32, 1 = padded key, which no query sees (its
/// score is -inf); padded queries are computed like others. A query all of whose keys are padded
/// gives out = 0, lse = minus infinity and zero gradients.
///
/// Dropout draws element i of P, counted over the whole (B,H,T,T), as number i of its stream.
public interface AttentionKernels {
  /// `S = q k^T * scale + bias`, `P = softmax(S)`, `out = dropout(P) v`, `lse = log sum exp S`. out
  /// (B,T,H*D) lse (B,H,T) or null when nothing is saved
  ///
  /// @param dropout probability, stream and step of the dropout on P, or null for none
  void attentionForward(
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
      int D);

  /// With `P = exp(S - lse)` (dropped out alike): `dV = P^T dout`, `dP = dout V^T`, `dS = P * (dP -
  /// rowsum(dout * out))`, `dQ = scale dS K`, `dK = scale dS^T Q`, `dbias = dS`. dqkv like qkv;
  /// dbias (B,H,T,T), assigned, one for each sample also where bias is shared; or null
  void attentionBackward(
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
      int D);
}
