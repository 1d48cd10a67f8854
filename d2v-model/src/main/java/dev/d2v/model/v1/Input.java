package dev.d2v.model.v1;

import org.jspecify.annotations.Nullable;

/// A batch on the host, preprocessed.
public sealed interface Input {
  /// B.
  int samples();

  /// Images.
  ///
  /// @param pixels (B,channels,H,W)
  /// @param samples B
  record Images(float[] pixels, int samples) implements Input {}

  /// Clips, filled up behind.
  ///
  /// @param waves (B,N)
  /// @param samples B
  /// @param lengths samples of each clip before the filling, or null: no frame is masked
  record Waves(float[] waves, int samples, int @Nullable [] lengths) implements Input {}

  /// Texts.
  ///
  /// @param ids (B,T)
  /// @param samples B
  /// @param types (B,T) token types, or null: all 0
  /// @param mask (B,T) 1 = a token to attend to, or null: all but padding
  record Tokens(int[] ids, int samples, int @Nullable [] types, int @Nullable [] mask)
      implements Input {}
}
