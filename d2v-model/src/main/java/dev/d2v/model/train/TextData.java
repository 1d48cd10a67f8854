package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;

/// How text becomes batches.
///
/// @param length tokens of a sample, `<s>` counted
/// @param lines false: blocks of that length across document borders, as published; true: a line a
///   sample, cut or padded
/// @param share of text in training
public record TextData(int length, boolean lines, ShareConfig share) {
  /// Checks the length.
  public TextData {
    ConfigChecks.that(length >= 4, "length must be at least 4 tokens, got " + length);
  }
}
