package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import org.jspecify.annotations.Nullable;

/// What a modality's encoder needs, one record a modality.
public sealed interface ModalityConfig permits ImageConfig, SpeechConfig, TextConfig {
  /// Its name in published parameter names: `IMAGE`, `AUDIO`, `TEXT`.
  String key();

  /// Its section in a configuration: `image`, `speech`, `text`.
  String section();

  /// T, tokens of a sample without extra tokens.
  ///
  /// @param length of the raw sample: samples of a waveform, tokens of a text; images have one size
  int tokens(int length);

  /// E, extra tokens before them.
  int extraTokens();

  /// Whether the first extra token starts at zero rather than N(0,1).
  boolean extraTokensZero();

  /// Whether the teacher has a local encoder of its own.
  boolean emaLocalEncoder();

  /// Attention biases, or null for none.
  @Nullable AlibiConfig alibi();

  /// The context encoder.
  PrenetConfig prenet();

  /// The masks.
  MaskConfig mask();

  /// Whether blocks of a mask are squares of a grid (2) or spans of a sequence (1).
  int maskAxes();

  /// The decoder.
  DecoderConfig decoder();

  /// Whether masked tokens are zero before relative positions are computed; false: noise.
  boolean zeroMasked();
}
