package dev.d2v.data.eval;

/// What a sceptic would know of a recording without any encoder: mean and standard deviation over
/// time of the logarithm of its energies in 40 mel bands (windows of 25 ms every 10 ms, 16 kHz).
///
/// `mel(f) = 2595 log10(1 + f / 700)`; bands are triangles that overlap by half, from 20 Hz to 8
/// kHz.
public final class MelStatistics {
  /// Numbers of a recording.
  public static final int WIDTH = 80;

  private static final int BANDS = 40;
  private static final int WINDOW = 400;
  private static final int HOP = 160;
  private static final int FFT = 512;
  private static final double RATE_HZ = 16_000;
  private static final double LOWEST_HZ = 20;

  /// Added to energies, so that silence has a logarithm.
  private static final double FLOOR = 1e-6;

  private MelStatistics() {}

  /// Means of the bands, then their standard deviations; of one window, padded with zeros, where
  /// the recording is shorter.
  ///
  /// @param samples at 16 kHz
  public static float[] of(float[] samples) {
    double[][] bands = bands();
    double[] window = window();
    double[] sum = new double[BANDS];
    double[] square = new double[BANDS];
    int frames = 1 + Math.max(0, samples.length - WINDOW) / HOP;
    for (int t = 0; t < frames; t++) {
      double[] power = power(samples, t * HOP, window);
      for (int b = 0; b < BANDS; b++) {
        double energy = FLOOR;
        for (int k = 0; k < power.length; k++) {
          energy += bands[b][k] * power[k];
        }
        double log = Math.log(energy);
        sum[b] += log;
        square[b] += log * log;
      }
    }
    float[] out = new float[WIDTH];
    for (int b = 0; b < BANDS; b++) {
      double mean = sum[b] / frames;
      out[b] = (float) mean;
      out[BANDS + b] = (float) Math.sqrt(Math.max(0, square[b] / frames - mean * mean));
    }
    return out;
  }

  /// Hann.
  private static double[] window() {
    double[] window = new double[WINDOW];
    for (int i = 0; i < WINDOW; i++) {
      window[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / WINDOW);
    }
    return window;
  }

  private static double[][] bands() {
    double low = mel(LOWEST_HZ);
    double step = (mel(RATE_HZ / 2) - low) / (BANDS + 1);
    double[][] bands = new double[BANDS][FFT / 2 + 1];
    for (int b = 0; b < BANDS; b++) {
      for (int k = 0; k <= FFT / 2; k++) {
        double distance = Math.abs(mel(k * RATE_HZ / FFT) - low - (b + 1) * step) / step;
        bands[b][k] = Math.max(0, 1 - distance);
      }
    }
    return bands;
  }

  private static double mel(double hz) {
    return 2595 * Math.log10(1 + hz / 700);
  }

  /// `|FFT|^2` of a window, by halving (Cooley and Tukey, 1965).
  private static double[] power(float[] samples, int from, double[] window) {
    double[] re = new double[FFT];
    double[] im = new double[FFT];
    int shift = Integer.numberOfLeadingZeros(FFT) + 1;
    for (int i = 0; i < WINDOW && from + i < samples.length; i++) {
      re[Integer.reverse(i) >>> shift] = window[i] * samples[from + i];
    }
    for (int half = 1; half < FFT; half *= 2) {
      for (int k = 0; k < half; k++) {
        double cos = Math.cos(-Math.PI * k / half);
        double sin = Math.sin(-Math.PI * k / half);
        for (int i = k; i < FFT; i += 2 * half) {
          int j = i + half;
          double x = re[j] * cos - im[j] * sin;
          double y = re[j] * sin + im[j] * cos;
          re[j] = re[i] - x;
          im[j] = im[i] - y;
          re[i] += x;
          im[i] += y;
        }
      }
    }
    double[] power = new double[FFT / 2 + 1];
    for (int k = 0; k < power.length; k++) {
      power[k] = re[k] * re[k] + im[k] * im[k];
    }
    return power;
  }
}
