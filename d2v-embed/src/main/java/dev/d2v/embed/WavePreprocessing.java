package dev.d2v.embed;

/// What a model expects to have been done to a recording.
///
/// @param sampleRateHz the rate of its samples
/// @param normalize whether each clip is brought to mean 0 and variance 1
/// @param epsilon added to the variance
/// @param masksPadding whether the model is told where a clip was filled up
/// @param filling what it is filled up with
public record WavePreprocessing(
    int sampleRateHz, boolean normalize, double epsilon, boolean masksPadding, float filling)
    implements Preprocessing {
  /// Epsilon of the published feature extractor of wav2vec 2.0 and data2vec 1.0.
  public static final double WAV2VEC_EPSILON = 1e-7;

  /// Checks the rate.
  public WavePreprocessing {
    if (sampleRateHz < 1) {
      throw new IllegalArgumentException("sampling_rate must be positive, got " + sampleRateHz);
    }
  }

  /// `(x - mean) / sqrt(var + epsilon)` over the whole clip, or the clip itself.
  ///
  /// @throws IllegalArgumentException when there are no samples
  public float[] apply(float[] samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("expected at least one sample, got none");
    }
    if (!normalize) {
      return samples;
    }
    double mean = 0;
    for (float s : samples) {
      mean += s;
    }
    mean /= samples.length;
    double variance = 0;
    for (float s : samples) {
      variance += (s - mean) * (s - mean);
    }
    double scale = 1 / Math.sqrt(variance / samples.length + epsilon);
    float[] out = new float[samples.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) ((samples[i] - mean) * scale);
    }
    return out;
  }
}
