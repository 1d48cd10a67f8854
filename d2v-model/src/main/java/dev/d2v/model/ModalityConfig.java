package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;

/// What a modality's encoder needs, one record a modality.
public sealed interface ModalityConfig permits ImageConfig {
  /// Its name in published parameter names: `IMAGE`.
  String key();

  /// T, tokens of a sample without extra tokens.
  int tokens();

  /// E, extra tokens before them.
  int extraTokens();

  /// The context encoder.
  PrenetConfig prenet();

  /// The masks.
  MaskConfig mask();

  /// The decoder.
  DecoderConfig decoder();
}
