package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;

/// How recordings become batches. A batch holds clips of about one length, cut to the shortest, at
/// most `batch` of them and at most `maxBatchSamples` samples in all.
///
/// @param minSamples shorter recordings are skipped
/// @param maxSamples longer ones are cut, at a random place
/// @param maxBatchSamples samples of a micro-batch, padding counted
/// @param quantum lengths are rounded down to a multiple of it, which keeps shapes few
/// @param share of speech in training
public record SpeechData(
    int minSamples, int maxSamples, int maxBatchSamples, int quantum, ShareConfig share) {
  /// Samples a second of everything that a model hears.
  public static final int SAMPLE_RATE_HZ = 16_000;

  /// Checks the ranges.
  public SpeechData {
    ConfigChecks.positive("minSamples", minSamples);
    ConfigChecks.positive("quantum", quantum);
    ConfigChecks.that(
        maxSamples >= minSamples,
        "maxSamples (%d) must be at least minSamples (%d)".formatted(maxSamples, minSamples));
    ConfigChecks.that(
        maxBatchSamples >= maxSamples,
        "maxBatchSamples (%d) must be at least maxSamples (%d), or the longest clip fits no batch"
            .formatted(maxBatchSamples, maxSamples));
  }
}
