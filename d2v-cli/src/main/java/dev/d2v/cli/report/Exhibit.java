package dev.d2v.cli.report;

import java.util.List;

/// A sample as a person takes it in: seen, heard or read.
public sealed interface Exhibit permits Exhibit.Image, Exhibit.Sound, Exhibit.Passage {
  /// An image.
  ///
  /// @param picture as the model sees it
  record Image(Picture picture) implements Exhibit {}

  /// A recording. It is drawn and played relative to its loudest sample, so any scale will do, that
  /// of normalised waveforms too; what is not finite is silence.
  ///
  /// @param samples one channel; not copied
  /// @param sampleRateHz samples a second
  record Sound(float[] samples, int sampleRateHz) implements Exhibit {
    /// Checks that there is something to hear.
    public Sound {
      if (samples.length == 0 || sampleRateHz < 1) {
        throw new IllegalArgumentException(
            "a sound needs samples and a rate of at least 1 Hz, got %d samples at %d Hz"
                .formatted(samples.length, sampleRateHz));
      }
    }

    /// How long it is.
    double seconds() {
      return samples.length / (double) sampleRateHz;
    }

    /// The greatest absolute sample, 1 for silence.
    float peak() {
      float peak = 0;
      for (float sample : samples) {
        if (Float.isFinite(sample)) {
          peak = Math.max(peak, Math.abs(sample));
        }
      }
      return peak == 0 ? 1 : peak;
    }

    /// Sample `i` in [-1,1].
    float at(int i, float peak) {
      return Float.isFinite(samples[i]) ? samples[i] / peak : 0;
    }
  }

  /// A stretch of text.
  ///
  /// @param tokens the text of each, white space included: `"his"`, `" hand"`, `"\n"`
  record Passage(List<String> tokens) implements Exhibit {
    /// Copies the list.
    public Passage {
      tokens = List.copyOf(tokens);
    }
  }
}
