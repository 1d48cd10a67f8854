package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;

/// A modality's share in training.
///
/// @param batch B of its micro-batches; 0: train.batch
/// @param weight how often it has its turn, against the others
/// @param learningRateScale factor on the learning rate of its own encoder and decoder
public record ShareConfig(int batch, double weight, double learningRateScale) {
  /// As the training section says, with weight 1.
  public static final ShareConfig WHOLE = new ShareConfig(0, 1, 1);

  /// Checks the numbers.
  public ShareConfig {
    ConfigChecks.notNegative("share.batch", batch);
    ConfigChecks.that(
        weight > 0 && Double.isFinite(weight), "share.weight must be above 0, got " + weight);
    ConfigChecks.that(
        learningRateScale > 0 && Double.isFinite(learningRateScale),
        "share.learningRateScale must be above 0, got " + learningRateScale);
  }

  /// B, given the training section's.
  public int batch(int otherwise) {
    return batch > 0 ? batch : otherwise;
  }
}
