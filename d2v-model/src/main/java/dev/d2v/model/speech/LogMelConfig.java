package dev.d2v.model.speech;

import dev.d2v.model.ConfigChecks;

/// Speech by its log-mel spectrogram instead of its waveform.
///
/// @param mels triangles between 0 Hz and half the sample rate
/// @param patch P, frames and mels of a token; the mels are a multiple of it
public record LogMelConfig(int mels, int patch) {
  private static final int SAMPLE_RATE_HZ = 16_000;
  private static final int MOST_MELS = 1_024;

  /// Checks that the mels can be cut, and are not more than a spectrum has room for.
  public LogMelConfig {
    ConfigChecks.that(
        mels <= MOST_MELS, "log-mel: mels must be at most %,d, got %d".formatted(MOST_MELS, mels));
    new LogMelPatches(new LogMel(SAMPLE_RATE_HZ, mels), patch);
  }

  /// Spectrograms of 16 kHz clips, and how they are cut.
  public LogMelPatches patches() {
    return new LogMelPatches(new LogMel(SAMPLE_RATE_HZ, mels), patch);
  }
}
