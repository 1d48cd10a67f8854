package dev.d2v.data.speech;

/// What the network expects of a waveform.
public final class Waves {
  /// Added to the variance.
  public static final double EPSILON = 1e-5;

  /// Below this variance a file is silent: less than a step of 16 bits at full scale 1.
  public static final double SILENCE = 0x1p-30;

  private Waves() {}

  /// `(x - mean) / sqrt(var + 1e-5)` over all samples, with the variance of the population,
  /// computed in double precision.
  ///
  /// @return an array of its own
  /// @throws IllegalArgumentException when there are no samples
  public static float[] normalize(float[] samples) {
    double mean = mean(samples);
    double scale = 1 / Math.sqrt(variance(samples, mean) + EPSILON);
    float[] out = new float[samples.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) ((samples[i] - mean) * scale);
    }
    return out;
  }

  /// Whether all samples are nearly equal, so that there is nothing to hear; see [#SILENCE].
  public static boolean silent(float[] samples) {
    return variance(samples, mean(samples)) < SILENCE;
  }

  private static double mean(float[] samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("expected at least one sample, got none");
    }
    double sum = 0;
    for (float sample : samples) {
      sum += sample;
    }
    return sum / samples.length;
  }

  private static double variance(float[] samples, double mean) {
    double sum = 0;
    for (float sample : samples) {
      double d = sample - mean;
      sum += d * d;
    }
    return sum / samples.length;
  }
}
