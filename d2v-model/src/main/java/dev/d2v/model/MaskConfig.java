package dev.d2v.model;

/// How tokens are chosen for masking, and what the decoder sees in their place.
///
/// @param kind blocks or single tokens
/// @param ratio part of the tokens that is masked
/// @param adjust added to the marked part before blocks are drawn, to make up for overlaps
/// @param length side of a block in tokens
/// @param inverse true: blocks mark what stays visible
/// @param dropout more blocks are drawn by this part, and then cut back
/// @param nonOverlapping blocks come from a fixed tiling
/// @param expandAdjacent missing tokens are taken next to marked ones
/// @param noiseStd standard deviation of the noise in masked slots of the decoder's input
/// @param keepMasked part of the masked tokens that the student sees all the same
public record MaskConfig(
    Kind kind,
    double ratio,
    double adjust,
    int length,
    boolean inverse,
    double dropout,
    boolean nonOverlapping,
    boolean expandAdjacent,
    double noiseStd,
    double keepMasked) {
  /// What is chosen at once.
  public enum Kind {
    /// Squares of `length` by `length` patches.
    BLOCK,
    /// Single tokens, each set equally likely.
    RANDOM
  }

  /// Checks the ratios.
  public MaskConfig {
    ConfigChecks.that(
        ratio > 0 && ratio < 1, "mask.ratio must be between 0 and 1, both excluded, got " + ratio);
    ConfigChecks.positive("mask.length", length);
    ConfigChecks.notNegative("mask.dropout", dropout);
    ConfigChecks.notNegative("mask.noiseStd", noiseStd);
    ConfigChecks.probability("mask.keepMasked", keepMasked);
  }

  /// The published image masks: inverse 3 x 3 blocks.
  public static MaskConfig inverseBlocks(double ratio, double adjust) {
    return new MaskConfig(Kind.BLOCK, ratio, adjust, 3, true, 0, false, false, 0.01, 0);
  }
}
