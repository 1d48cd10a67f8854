package dev.d2v.data.speech;

/// Changes the rate of samples by the exact ratio `to / from`, band-limited: sample m of the result
/// is
///
/// ```
/// y[m] = sum_n x[n] h(n - m from / to)
/// h(t) = c sinc(c t) kaiser(t / w),   c = 0.95 min(1, to / from),   sinc(u) = sin(pi u) / (pi u)
/// ```
///
/// with t in samples of the source, a Kaiser window of beta 9 over `|t| < w = 60 max(1, from /
/// to)`, and zeros beyond the ends. The weights of each of the `to / gcd` phases are divided by
/// their sum, so that a constant stays what it is.
///
/// Where N is half of the lower of the two rates, frequencies up to 0.9 N pass within 0.001 dB, and
/// what lies beyond N in the source or would appear as an image beyond N in the result is at least
/// 90 dB lower. There is no delay. (torchaudio's default, a Hann window of width 6, weakens what
/// lies 5 % beyond N by 10 dB only.)
public final class Resampler {
  private static final double ROLL_OFF = 0.95;
  private static final double ZERO_CROSSINGS = 60;
  private static final double BETA = 9;
  private static final int MAX_WEIGHTS = 1 << 23;

  private final int from;
  private final int to;

  /// The same ratio without common divisors.
  private final int step;

  private final int phases;
  private final int taps;

  /// (phases, taps): the weights of an output sample whose time is `phase / phases` behind a source
  /// sample; the first tap lies `taps / 2 - 1` samples before that one.
  private final float[] weights;

  /// Prepares the weights from one rate to another.
  ///
  /// @throws IllegalArgumentException when a rate is not positive, or the ratio is of numbers so
  ///   large that the weights would not fit, as of 383,999 to 16,000
  public Resampler(int fromHz, int toHz) {
    if (fromHz <= 0 || toHz <= 0) {
      throw new IllegalArgumentException(
          "expected positive rates, got %d and %d Hz".formatted(fromHz, toHz));
    }
    int divisor = gcd(fromHz, toHz);
    this.from = fromHz;
    this.to = toHz;
    this.step = fromHz / divisor;
    this.phases = toHz / divisor;
    double width = ZERO_CROSSINGS * Math.max(1, (double) fromHz / toHz);
    this.taps = 2 * (int) Math.ceil(width);
    if ((long) phases * taps > MAX_WEIGHTS) {
      throw new IllegalArgumentException(
          "%d to %d Hz needs %d phases of %d weights, over the limit"
              .formatted(fromHz, toHz, phases, taps));
    }
    this.weights = fromHz == toHz ? new float[0] : weights(width);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private float[] weights(double width) {
    double cutoff = ROLL_OFF * Math.min(1, (double) to / from);
    float[] out = new float[phases * taps];
    double[] row = new double[taps];
    for (int phase = 0; phase < phases; phase++) {
      double sum = 0;
      for (int tap = 0; tap < taps; tap++) {
        double t = tap - (taps / 2 - 1) - (double) phase / phases;
        row[tap] = sinc(cutoff * t) * kaiser(t / width);
        sum += row[tap];
      }
      for (int tap = 0; tap < taps; tap++) {
        out[phase * taps + tap] = (float) (row[tap] / sum);
      }
    }
    return out;
  }

  private static double sinc(double u) {
    double x = Math.PI * u;
    return Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x;
  }

  private static double kaiser(double u) {
    return Math.abs(u) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - u * u)) / bessel(BETA);
  }

  /// The modified Bessel function I0, by its series `sum_k ((x/2)^k / k!)^2`.
  private static double bessel(double x) {
    double sum = 1;
    double term = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
      term *= x / 2 / k * (x / 2 / k);
      sum += term;
    }
    return sum;
  }

  /// `ceil(n to / from)`, the samples that n samples become.
  public int length(int n) {
    return Math.toIntExact(Math.ceilDiv((long) n * phases, (long) step));
  }

  /// The samples at the other rate; the argument itself when the rates are equal.
  public float[] apply(float[] samples) {
    if (from == to) {
      return samples;
    }
    float[] out = new float[length(samples.length)];
    for (int m = 0; m < out.length; m++) {
      long time = (long) m * step;
      int first = (int) (time / phases) - (taps / 2 - 1);
      int row = (int) (time % phases) * taps;
      int begin = Math.max(0, -first);
      int end = Math.min(taps, samples.length - first);
      out[m] = dot(samples, first + begin, row + begin, end - begin);
    }
    return out;
  }

  /// Four sums, so that additions need not wait for one another.
  private float dot(float[] samples, int at, int row, int count) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i <= count - 4; i += 4) {
      s0 += (double) samples[at + i] * weights[row + i];
      s1 += (double) samples[at + i + 1] * weights[row + i + 1];
      s2 += (double) samples[at + i + 2] * weights[row + i + 2];
      s3 += (double) samples[at + i + 3] * weights[row + i + 3];
    }
    for (; i < count; i++) {
      s0 += (double) samples[at + i] * weights[row + i];
    }
    return (float) (s0 + s1 + (s2 + s3));
  }
}
