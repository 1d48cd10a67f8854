package dev.d2v.data.speech;

import java.util.OptionalInt;

/// How speech is opened.
///
/// @param minSamples files of fewer samples at 16 kHz are left out
/// @param skipLimit how many files may be unreadable; absent for
///   [dev.d2v.data.SkippedFiles#usualLimit]
public record SpeechOptions(int minSamples, OptionalInt skipLimit) {
  /// What the published models leave out: files shorter than 2 s.
  public static final int USUAL_MIN_SAMPLES = 32_000;

  /// Checks the minimum.
  public SpeechOptions {
    if (minSamples < 1) {
      throw new IllegalArgumentException(
          "expected a minimum of at least 1 sample, got " + minSamples);
    }
  }

  /// At least 2 s, the usual limit of unreadable files.
  public static SpeechOptions usual() {
    return new SpeechOptions(USUAL_MIN_SAMPLES, OptionalInt.empty());
  }

  /// The same with another minimum.
  public SpeechOptions withMinSamples(int samples) {
    return new SpeechOptions(samples, skipLimit);
  }
}
