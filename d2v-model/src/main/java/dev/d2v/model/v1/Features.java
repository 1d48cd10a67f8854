package dev.d2v.model.v1;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What an encoder made of a batch; lives as long as the workspace's mark.
///
/// @param last `last_hidden_state` (B,T,C)
/// @param mixed what a head on a weighted sum of layers reads (B,T,C), otherwise `last`
/// @param padding (B*T) on the host, 1 = padded, or null: none is
public record Features(Tensor last, Tensor mixed, int @Nullable [] padding) {
  /// B.
  public int samples() {
    return last.shape().dim(0);
  }

  /// T, a CLS token included.
  public int tokens() {
    return last.shape().dim(1);
  }
}
