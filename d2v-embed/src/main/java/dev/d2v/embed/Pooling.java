package dev.d2v.embed;

/// How a sample's tokens become one vector.
public enum Pooling {
  /// The mean over tokens that are neither padding nor extra tokens (CLS).
  MEAN,
  /// The CLS token of an image, the first token of a text.
  FIRST
}
