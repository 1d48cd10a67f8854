package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;

/// How features are pooled for probes and embeddings.
///
/// @param pooling over a layer's tokens
/// @param layers how many of the last shared blocks' outputs are pooled and then averaged (1: the
///   last)
public record ProbeConfig(Pooling pooling, int layers) {
  /// What becomes of a sample's tokens.
  public enum Pooling {
    /// The mean over patches, extra tokens left out.
    MEAN,
    /// The CLS token.
    CLS,
    /// Both, one behind the other.
    MEAN_AND_CLS
  }

  /// Checks the number of layers.
  public ProbeConfig {
    ConfigChecks.positive("probe.layers", layers);
  }
}
