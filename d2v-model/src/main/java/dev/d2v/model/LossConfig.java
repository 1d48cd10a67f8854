package dev.d2v.model;

import org.jspecify.annotations.Nullable;

/// Weights and form of the losses.
///
/// @param beta 0: squared error; above: smooth L1 that turns linear at beta
/// @param scale factor on the element loss, or null for 1/sqrt(features)
/// @param regression weight of the masked tokens' regression
/// @param cls weight of the CLS token's regression to the mean target; times the sample size,
///   summed over rows, as the official code has it (its weight grows with the rows of a batch)
/// @param clsNorm whether that mean, padding left out, is standardised over the batch first, each
///   channel over the samples: not in the official code, where the mean of many tokens is so small
///   against the CLS token's layer norm that the loss at first only teaches the norm to shrink
/// @param reconstruction weight of the masked patches' pixels; alone, it needs no teacher (MAE)
public record LossConfig(
    double beta,
    @Nullable Double scale,
    double regression,
    double cls,
    boolean clsNorm,
    double reconstruction) {
  /// Losses with the mean target as it is, as the official code has it.
  public LossConfig(
      double beta, @Nullable Double scale, double regression, double cls, double reconstruction) {
    this(beta, scale, regression, cls, false, reconstruction);
  }

  /// Checks that nothing is negative.
  public LossConfig {
    ConfigChecks.notNegative("beta", beta);
    ConfigChecks.notNegative("regression", regression);
    ConfigChecks.notNegative("cls", cls);
    ConfigChecks.notNegative("reconstruction", reconstruction);
    ConfigChecks.that(
        regression > 0 || cls > 0 || reconstruction > 0,
        "regression, cls and reconstruction are all 0: there is nothing to learn from");
    if (scale != null) {
      ConfigChecks.notNegative("scale", scale);
    }
  }

  /// Whether a loss compares with what a teacher makes of the whole sample.
  public boolean needsTeacher() {
    return regression > 0 || cls > 0;
  }

  /// The factor on the element loss of vectors of so many features.
  public double scaleFor(int features) {
    return scale != null ? scale : 1 / Math.sqrt(features);
  }
}
