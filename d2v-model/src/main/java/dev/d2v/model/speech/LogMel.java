package dev.d2v.model.speech;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Log-mel spectrograms: windows of 25 ms every 10 ms, their power spectrum summed by triangles
/// that are evenly spaced on the mel scale, the logarithm of that, and each clip brought to mean 0
/// and variance 1. It has no parameters, so the host computes it before the upload.
///
/// ```text
/// s[t,k] = | sum over n < W of  hann[n] wave[t hop + n] exp(-2 pi i k n / N) |²
/// m[t,j] = ln max(sum over k of triangle_j[k] s[t,k], 1e-10)
/// y      = (m - mean m) / sqrt(var m + 1e-5)
/// ```
///
/// hann is the periodic window; the mel scale is HTK's, `2595 log10(1 + Hz/700)`; triangle j rises
/// from the centre of j-1 to its own and falls to that of j+1, straight in Hz, with height 1. There
/// is no padding of the clip's ends.
public final class LogMel {
  private static final double FLOOR = 1e-10;
  private static final double EPS = 1e-5;
  private static final double WINDOW_SECONDS = 0.025;
  private static final double HOP_SECONDS = 0.010;

  private final int mels;
  private final int hop;
  private final double[] hann;
  private final Spectrum spectrum;
  private final List<Triangle> triangles;

  /// Heights over the lines of the spectrum from `first` on.
  private record Triangle(int first, double[] heights) {}

  /// Spectrograms of clips at a sample rate, with so many triangles from 0 Hz to half of it.
  public LogMel(int sampleRateHz, int mels) {
    if (sampleRateHz < 1000 || mels < 1) {
      throw new IllegalArgumentException(
          "log-mel: expected a sample rate in Hz of at least 1000 and mels of at least 1, got %d and %d"
              .formatted(sampleRateHz, mels));
    }
    int window = (int) Math.round(WINDOW_SECONDS * sampleRateHz);
    this.mels = mels;
    this.hop = (int) Math.round(HOP_SECONDS * sampleRateHz);
    this.hann = new double[window];
    Arrays.setAll(hann, n -> 0.5 - 0.5 * Math.cos(2 * Math.PI * n / window));
    // A window filled up with zeros has more lines, so that even the narrowest triangle sees one.
    int size = Integer.highestOneBit(2 * window - 1);
    List<Triangle> made = triangles(sampleRateHz, size, mels);
    while (made.stream().anyMatch(t -> t.heights.length == 0)) {
      size *= 2;
      made = triangles(sampleRateHz, size, mels);
    }
    this.spectrum = new Spectrum(size);
    this.triangles = made;
  }

  /// Pitch of a frequency on HTK's mel scale.
  static double mel(double hz) {
    return 2595 * Math.log10(1 + hz / 700);
  }

  private static double hz(double mel) {
    return 700 * (Math.pow(10, mel / 2595) - 1);
  }

  private static List<Triangle> triangles(int sampleRateHz, int size, int mels) {
    List<Triangle> made = new ArrayList<>();
    double line = (double) sampleRateHz / size;
    double spacing = mel(sampleRateHz / 2.0) / (mels + 1);
    for (int j = 0; j < mels; j++) {
      double low = hz(j * spacing);
      double centre = hz((j + 1) * spacing);
      double high = hz((j + 2) * spacing);
      int first = (int) Math.floor(low / line) + 1;
      int behind = (int) Math.ceil(high / line);
      double[] heights = new double[Math.max(0, behind - first)];
      Arrays.setAll(
          heights,
          i -> {
            double at = (first + i) * line;
            return Math.min((at - low) / (centre - low), (high - at) / (high - centre));
          });
      made.add(new Triangle(first, heights));
    }
    return made;
  }

  /// Number of triangles.
  public int mels() {
    return mels;
  }

  /// Frames of so many samples; 0 when there is no whole window.
  public int frames(int samples) {
    return samples < hann.length ? 0 : (samples - hann.length) / hop + 1;
  }

  /// The fewest samples that give so many frames.
  public int samples(int frames) {
    return Math.addExact(Math.multiplyExact(frames - 1, hop), hann.length);
  }

  /// The spectrogram (frames,mels) of `samples` samples from `from` on.
  public float[] spectrogram(float[] wave, int from, int samples) {
    int frames = frames(samples);
    if (frames < 1) {
      throw new IllegalArgumentException(
          "log-mel: expected at least %d samples, got %d; leave shorter clips out"
              .formatted(hann.length, samples));
    }
    float[] y = new float[Math.multiplyExact(frames, mels)];
    double[] a = new double[spectrum.size()];
    double[] b = new double[spectrum.size()];
    for (int t = 0; t < frames; t += 2) {
      window(a, wave, from + t * hop);
      if (t + 1 < frames) {
        window(b, wave, from + (t + 1) * hop);
      } else {
        Arrays.fill(b, 0);
      }
      spectrum.powers(a, b);
      filter(y, t * mels, a);
      if (t + 1 < frames) {
        filter(y, (t + 1) * mels, b);
      }
    }
    standardize(y);
    return y;
  }

  private void window(double[] into, float[] wave, int from) {
    for (int n = 0; n < hann.length; n++) {
      into[n] = hann[n] * wave[from + n];
    }
    Arrays.fill(into, hann.length, into.length, 0);
  }

  private void filter(float[] y, int at, double[] power) {
    for (int j = 0; j < mels; j++) {
      Triangle triangle = triangles.get(j);
      double sum = 0;
      for (int i = 0; i < triangle.heights.length; i++) {
        sum += triangle.heights[i] * power[triangle.first + i];
      }
      y[at + j] = (float) Math.log(Math.max(sum, FLOOR));
    }
  }

  private static void standardize(float[] x) {
    double mean = 0;
    for (float v : x) {
      mean += v;
    }
    mean /= x.length;
    double variance = 0;
    for (float v : x) {
      variance += (v - mean) * (v - mean);
    }
    double factor = 1 / Math.sqrt(variance / x.length + EPS);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) ((x[i] - mean) * factor);
    }
  }
}
