package dev.d2v.model.speech;

import dev.d2v.model.ConfigChecks;
import dev.d2v.tensor.Shape;

/// Spectrograms cut into square patches: what [LogMelLocalEncoder] reads, computed on the host.
///
/// @param spectrogram of a clip
/// @param patch P, frames and mels of a token; the mels are a multiple of it
public record LogMelPatches(LogMel spectrogram, int patch) {
  /// Checks that the mels can be cut.
  public LogMelPatches {
    ConfigChecks.that(
        patch >= 1 && spectrogram.mels() % patch == 0,
        "log-mel: the mels (%d) must be a multiple of the patch (%d)"
            .formatted(spectrogram.mels(), patch));
  }

  /// Tokens at one time.
  public int tokensAcross() {
    return spectrogram.mels() / patch;
  }

  /// T, tokens of so many samples; 0 when they do not fill a patch. Samples and frames behind the
  /// last whole patch are left out.
  public int tokens(int samples) {
    return spectrogram.frames(samples) / patch * tokensAcross();
  }

  /// The shape of what [LogMelLocalEncoder#forward] takes for B clips of so many samples.
  public Shape sourceShape(int B, int samples) {
    return Shape.of(B, 1, spectrogram.frames(samples) / patch * patch, spectrogram.mels());
  }

  /// What [LogMelLocalEncoder#forward] takes, for the host to upload: the clips' spectrograms.
  ///
  /// @param waves (B,samples)
  public float[] source(float[] waves, int samples) {
    if (tokens(samples) < 1) {
      throw new IllegalArgumentException(
          "log-mel: expected clips of at least %d samples, got %d; leave shorter clips out"
              .formatted(spectrogram.samples(patch), samples));
    }
    int B = waves.length / samples;
    Shape shape = sourceShape(B, samples);
    int each = shape.intSize() / B;
    float[] out = new float[shape.intSize()];
    for (int b = 0; b < B; b++) {
      float[] all = spectrogram.spectrogram(waves, b * samples, samples);
      System.arraycopy(all, 0, out, b * each, each);
    }
    return out;
  }
}
