package dev.d2v.nn.layer;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What is added to attention's scores, and which keys nobody sees.
///
/// @param bias (B,H,T,T), or (1,H,T,T) shared by all samples, or null
/// @param padding (B,T) I32, 1 = padded key, or null
/// @param dbias like bias: the backward adds the scores' gradient to it; null when nobody wants it
public record AttentionBias(
    @Nullable Tensor bias, @Nullable Tensor padding, @Nullable Tensor dbias) {
  /// Neither bias nor padding.
  public static final AttentionBias NONE = new AttentionBias(null, null, null);

  /// Checks that a gradient has the shape of its bias.
  public AttentionBias {
    if (dbias != null && (bias == null || !dbias.shape().equals(bias.shape()))) {
      throw new IllegalArgumentException(
          "attention bias: the gradient has shape %s, the bias %s; they must be the same"
              .formatted(dbias.shape(), bias == null ? "none" : bias.shape()));
    }
  }

  /// Fails unless everything fits B samples of T tokens and H heads.
  void check(int B, int T, int H) {
    if (bias != null && (!fits(bias, B, T, H) || bias.type() != DType.F32)) {
      throw new IllegalArgumentException(
          "attention bias: expected F32 (%d,%d,%d,%d) or (1,%d,%d,%d), got %s"
              .formatted(B, H, T, T, H, T, T, bias));
    }
    if (padding != null
        && (padding.type() != DType.I32
            || padding.shape().rank() != 2
            || padding.shape().dim(0) != B
            || padding.shape().dim(1) != T)) {
      throw new IllegalArgumentException(
          "attention padding: expected I32 (%d,%d), got %s".formatted(B, T, padding));
    }
  }

  private static boolean fits(Tensor bias, int B, int T, int H) {
    int[] dims = bias.shape().toArray();
    return dims.length == 4
        && (dims[0] == B || dims[0] == 1)
        && dims[1] == H
        && dims[2] == T
        && dims[3] == T;
  }
}
