package dev.d2v.model;

/// All that is dropped at random in training.
///
/// @param encoderDropout after the attention's output projection
/// @param postMlpDropout after the MLP, before drop path and residual
/// @param attentionDropout on attention probabilities
/// @param activationDropout after GELU and after the MLP's second layer
/// @param inputDropout before the shared blocks
/// @param layerDrop probability of skipping a shared block
/// @param startDropPath drop-path rate of the first shared block, rising linearly
/// @param endDropPath drop-path rate of the last shared block
public record DropConfig(
    double encoderDropout,
    double postMlpDropout,
    double attentionDropout,
    double activationDropout,
    double inputDropout,
    double layerDrop,
    double startDropPath,
    double endDropPath) {
  /// Checks that all are probabilities below 1.
  public DropConfig {
    ConfigChecks.probability("encoderDropout", encoderDropout);
    ConfigChecks.probability("postMlpDropout", postMlpDropout);
    ConfigChecks.probability("attentionDropout", attentionDropout);
    ConfigChecks.probability("activationDropout", activationDropout);
    ConfigChecks.probability("inputDropout", inputDropout);
    ConfigChecks.probability("layerDrop", layerDrop);
    ConfigChecks.probability("startDropPath", startDropPath);
    ConfigChecks.probability("endDropPath", endDropPath);
  }

  /// Nothing is dropped: the published image models.
  public static DropConfig none() {
    return new DropConfig(0, 0, 0, 0, 0, 0, 0, 0);
  }

  /// Drop-path rate of block `index` of `count`: a straight line from start to end.
  public static double dropPath(double start, double end, int index, int count) {
    return count == 1 ? start : start + (end - start) * index / (count - 1);
  }
}
