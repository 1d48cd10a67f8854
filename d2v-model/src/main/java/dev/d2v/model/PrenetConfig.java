package dev.d2v.model;

/// The context encoder inside a modality's encoder: a norm, a dropout and P blocks that never yield
/// targets.
///
/// @param depth P
/// @param layerDrop probability of skipping a block
/// @param dropout after the norm
/// @param startDropPath drop-path rate of the first block
/// @param endDropPath drop-path rate of the last
public record PrenetConfig(
    int depth, double layerDrop, double dropout, double startDropPath, double endDropPath) {
  /// Checks the rates.
  public PrenetConfig {
    ConfigChecks.notNegative("prenet.depth", depth);
    ConfigChecks.layers("prenet.depth", depth);
    ConfigChecks.probability("prenet.layerDrop", layerDrop);
    ConfigChecks.probability("prenet.dropout", dropout);
    ConfigChecks.probability("prenet.startDropPath", startDropPath);
    ConfigChecks.probability("prenet.endDropPath", endDropPath);
  }

  /// P blocks, nothing dropped.
  public static PrenetConfig of(int depth) {
    return new PrenetConfig(depth, 0, 0, 0, 0);
  }
}
