package dev.d2v.model;

import dev.d2v.nn.HostArrays;

/// How tokens are chosen for masking, and what student and decoder are given in their place.
///
/// @param kind blocks or single tokens
/// @param ratio part of the tokens that is masked
/// @param adjust added to the marked part before blocks are drawn, to make up for overlaps
/// @param length side of a block in tokens
/// @param inverse true: blocks mark what stays visible
/// @param dropout more blocks are drawn by this part, and then cut back
/// @param nonOverlapping blocks come from a fixed tiling
/// @param expandAdjacent missing tokens are taken next to marked ones
/// @param noiseStd standard deviation of the noise in masked slots
/// @param keepMasked part of the masked tokens that the student sees all the same
/// @param fill what stands in masked slots: of the decoder's input, or of the encoder's where that
///   encodes all tokens
/// @param encode what of a masked sample the student's blocks are given
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
    double keepMasked,
    Fill fill,
    Encode encode) {
  /// What is chosen at once.
  public enum Kind {
    /// Squares of `length` by `length` patches.
    BLOCK,
    /// Single tokens, each set equally likely.
    RANDOM
  }

  /// What stands in the place of a masked token.
  public enum Fill {
    /// Fresh Gaussian noise, as published.
    NOISE,
    /// One vector that is trained.
    LEARNED
  }

  /// What the student's blocks are given.
  public enum Encode {
    /// The visible tokens alone, as published.
    VISIBLE,
    /// All tokens, masked ones replaced before positions are added, as data2vec 1.0 has it.
    ALL
  }

  /// Masks as published: the student sees the visible tokens, noise stands for the others.
  public MaskConfig(
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
    this(
        kind,
        ratio,
        adjust,
        length,
        inverse,
        dropout,
        nonOverlapping,
        expandAdjacent,
        noiseStd,
        keepMasked,
        Fill.NOISE,
        Encode.VISIBLE);
  }

  /// Checks the ratios.
  public MaskConfig {
    ConfigChecks.that(
        ratio > 0 && ratio < 1, "mask.ratio must be between 0 and 1, both excluded, got " + ratio);
    ConfigChecks.positive("mask.length", length);
    ConfigChecks.notNegative("mask.dropout", dropout);
    ConfigChecks.notNegative("mask.noiseStd", noiseStd);
    ConfigChecks.probability("mask.keepMasked", keepMasked);
    ConfigChecks.that(
        keepMasked == 0 || encode == Encode.VISIBLE,
        "mask.keepMasked must be 0 where mask.encode is all: masked tokens are replaced there");
  }

  /// The plan of drawn masks (R,T) for what the student is given.
  ///
  /// @param arrays where the indices are made; the plan lasts until they are reset
  public MaskPlan plan(int[] mask, int samples, int masksPerSample, int T, HostArrays arrays) {
    return switch (encode) {
      case VISIBLE -> MaskPlan.of(mask, samples, masksPerSample, T, keepMasked, arrays);
      case ALL -> MaskPlan.all(mask, samples, masksPerSample, T, arrays);
    };
  }

  /// The published image masks: inverse 3 x 3 blocks.
  public static MaskConfig inverseBlocks(double ratio, double adjust) {
    return new MaskConfig(Kind.BLOCK, ratio, adjust, 3, true, 0, false, false, 0.01, 0);
  }
}
