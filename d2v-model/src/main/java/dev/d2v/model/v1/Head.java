package dev.d2v.model.v1;

/// What stands behind the encoder and makes `logits`.
public enum Head {
  /// Nothing.
  NONE,
  /// A linear layer on the pooled patches.
  IMAGE_CLASSES,
  /// A linear layer on every frame: characters for CTC.
  CTC,
  /// A linear layer on every frame: classes.
  FRAME_CLASSES,
  /// A linear layer, the mean over frames, another linear layer.
  AUDIO_CLASSES,
  /// A linear layer, GELU, norm, and the vocabulary on every token.
  MASKED_TOKENS,
  /// A linear layer, tanh and another linear layer on the first token.
  TEXT_CLASSES,
  /// A linear layer on every token.
  TOKEN_CLASSES
}
