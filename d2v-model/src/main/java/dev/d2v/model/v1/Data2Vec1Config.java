package dev.d2v.model.v1;

/// What a `config.json` of data2vec 1.0 says about the computation. Read it with
/// [HuggingFaceConfig].
public sealed interface Data2Vec1Config permits VisionConfig, AudioConfig, TextConfig {
  /// `IMAGE`, `AUDIO` or `TEXT`, as modalities of 2.0 are called.
  String key();

  /// Sizes of the transformer layers.
  LayerConfig layers();

  /// What makes the logits.
  Head head();

  /// Width of the logits; 0 without a head.
  int labels();
}
