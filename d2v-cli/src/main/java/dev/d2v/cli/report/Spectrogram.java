package dev.d2v.cli.report;

import java.util.Arrays;

/// A log-mel spectrogram as a small picture: time to the right, pitch upwards, loudness as colour.
///
/// `dB(t,m) = 10 log10 sum_k w(m,k) |DFT(hann * x around t)(k)|^2`, over the 70 dB below the
/// loudest.
final class Spectrogram {
  private static final int BANDS = 48;
  private static final int COLUMNS = 300;
  private static final double LOWEST_HZ = 50;
  private static final double HIGHEST_HZ = 8_000;
  private static final double WINDOW_SECONDS = 0.025;
  private static final double LEAST_HOP_SECONDS = 0.004;
  private static final double RANGE_DB = 70;

  /// Few colours make small files.
  private static final int LEVELS = 28;

  private static final int[][] RAMP = {
    {0x12, 0x12, 0x2e},
    {0x4b, 0x1f, 0x7a},
    {0xb4, 0x36, 0x79},
    {0xf8, 0x8b, 0x5e},
    {0xfc, 0xf3, 0xc2}
  };

  private final Exhibit.Sound sound;
  private final int window;
  private final double[] cosine;

  private Spectrogram(Exhibit.Sound sound) {
    this.sound = sound;
    this.window = Math.max(8, (int) Math.round(WINDOW_SECONDS * sound.sampleRateHz()));
    // at least twice the window, so that low bands have bins too
    this.cosine = new double[Integer.highestOneBit(4 * window - 1)];
    for (int i = 0; i < cosine.length; i++) {
      cosine[i] = Math.cos(2 * Math.PI * i / cosine.length);
    }
  }

  /// The highest frequency shown.
  static double highestHz(Exhibit.Sound sound) {
    return Math.min(HIGHEST_HZ, sound.sampleRateHz() / 2.0);
  }

  /// The picture, at most 300 pixels wide.
  static Picture of(Exhibit.Sound sound) {
    double[][] decibels = new Spectrogram(sound).decibels();
    double top = Arrays.stream(decibels).flatMapToDouble(Arrays::stream).max().orElse(0);
    int width = decibels.length;
    byte[] pixels = new byte[width * BANDS * 3];
    for (int x = 0; x < width; x++) {
      for (int band = 0; band < BANDS; band++) {
        double loud = Math.clamp(1 + (decibels[x][band] - top) / RANGE_DB, 0, 1);
        colour(
            Math.round(loud * LEVELS) / (double) LEVELS,
            pixels,
            ((BANDS - 1 - band) * width + x) * 3);
      }
    }
    return new Picture(width, BANDS, 3, pixels);
  }

  private static void colour(double loud, byte[] pixels, int at) {
    double place = loud * (RAMP.length - 1);
    int low = (int) Math.min(place, RAMP.length - 2);
    for (int c = 0; c < 3; c++) {
      double mixed = RAMP[low][c] + (place - low) * (RAMP[low + 1][c] - RAMP[low][c]);
      pixels[at + c] = (byte) Math.round(mixed);
    }
  }

  /// By column and band.
  private double[][] decibels() {
    int n = sound.samples().length;
    int hop =
        (int)
            Math.max(
                1, Math.max(Math.ceilDiv(n, COLUMNS), LEAST_HOP_SECONDS * sound.sampleRateHz()));
    double[][] filters = filters();
    float peak = sound.peak();
    double[] frame = new double[window];
    double[][] decibels = new double[Math.ceilDiv(n, hop)][BANDS];
    for (int t = 0; t < decibels.length; t++) {
      int first = t * hop + hop / 2 - window / 2;
      for (int i = 0; i < window; i++) {
        boolean inside = first + i >= 0 && first + i < n;
        double hann = 0.5 - 0.5 * Math.cos(2 * Math.PI * (i + 0.5) / window);
        frame[i] = inside ? hann * sound.at(first + i, peak) : 0;
      }
      double[] power = power(frame);
      for (int band = 0; band < BANDS; band++) {
        double sum = 1e-9;
        for (int k = 0; k < power.length; k++) {
          sum += filters[band][k] * power[k];
        }
        decibels[t][band] = 10 * Math.log10(sum);
      }
    }
    return decibels;
  }

  /// `|DFT|^2` of a frame padded with zeros, up to half the sample rate.
  private double[] power(double[] frame) {
    double[] re = Arrays.copyOf(frame, cosine.length);
    double[] im = new double[cosine.length];
    transform(re, im);
    double[] power = new double[cosine.length / 2 + 1];
    for (int k = 0; k < power.length; k++) {
      power[k] = re[k] * re[k] + im[k] * im[k];
    }
    return power;
  }

  /// The radix-2 FFT in place, of real input: reversed bits, then butterflies of growing span.
  private void transform(double[] re, double[] im) {
    int n = re.length;
    int shift = Integer.numberOfLeadingZeros(n) + 1;
    for (int i = 0; i < n; i++) {
      int j = Integer.reverse(i) >>> shift;
      if (i < j) {
        double swapped = re[i];
        re[i] = re[j];
        re[j] = swapped;
      }
    }
    for (int half = 1; half < n; half *= 2) {
      int turn = n / (2 * half);
      for (int start = 0; start < n; start += 2 * half) {
        for (int k = 0; k < half; k++) {
          double c = cosine[k * turn];
          double s = cosine[k * turn + n / 4];
          int a = start + k;
          int b = a + half;
          double real = re[b] * c - im[b] * s;
          double imaginary = re[b] * s + im[b] * c;
          re[b] = re[a] - real;
          im[b] = im[a] - imaginary;
          re[a] += real;
          im[a] += imaginary;
        }
      }
    }
  }

  /// Triangles, evenly spaced on the mel scale.
  private double[][] filters() {
    double low = mel(Math.min(LOWEST_HZ, highestHz(sound) / 4));
    double step = (mel(highestHz(sound)) - low) / (BANDS + 1);
    double[][] filters = new double[BANDS][cosine.length / 2 + 1];
    for (int band = 0; band < BANDS; band++) {
      double centre = low + (band + 1) * step;
      for (int k = 0; k < filters[band].length; k++) {
        double hertz = k * (double) sound.sampleRateHz() / cosine.length;
        filters[band][k] = Math.max(0, 1 - Math.abs(mel(hertz) - centre) / step);
      }
    }
    return filters;
  }

  private static double mel(double hertz) {
    return 1127 * Math.log1p(hertz / 700);
  }
}
