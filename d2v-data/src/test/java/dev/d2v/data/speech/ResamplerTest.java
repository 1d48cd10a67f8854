package dev.d2v.data.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplerTest {
  /// Samples at each end where the window reaches over it.
  private static final double EDGE_S = 0.03;

  private static float[] sine(int rate, double hertz, double seconds) {
    float[] out = new float[(int) (rate * seconds)];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) Math.cos(2 * Math.PI * hertz * i / rate);
    }
    return out;
  }

  /// The root of the mean square of `a - scale b` away from the ends, relative to a cosine's.
  private static double decibels(float[] a, float[] b, double scale, int rate) {
    int edge = (int) (EDGE_S * rate);
    double sum = 0;
    for (int i = edge; i < a.length - edge; i++) {
      double d = a[i] - scale * b[i];
      sum += d * d;
    }
    return 10 * Math.log10(2 * sum / (a.length - 2 * edge) + 1e-30);
  }

  /// What passes is a cosine of the same frequency, in step, at the new rate; what does not is
  /// gone. An image or alias of the first would show as a difference.
  @ParameterizedTest
  @CsvSource({
    "8000, 16000",
    "11025, 16000",
    "22050, 16000",
    "44100, 16000",
    "48000, 16000",
    "16000, 8000",
    "32000, 16000"
  })
  void lowFrequenciesPassAndOthersAreRejected(int from, int to) {
    Resampler resampler = new Resampler(from, to);
    double nyquist = Math.min(from, to) / 2.0;
    double worstPass = -300;
    double worstStop = -300;
    for (int percent = 1; percent <= 90; percent += 3) {
      double hertz = nyquist * percent / 100 + 0.37;
      float[] found = resampler.apply(sine(from, hertz, 0.15));
      worstPass = Math.max(worstPass, decibels(found, sine(to, hertz, 0.15), 1, to));
    }
    for (double hertz = nyquist * 1.0005; hertz < from / 2.0; hertz += nyquist * 0.031) {
      float[] found = resampler.apply(sine(from, hertz, 0.15));
      worstStop = Math.max(worstStop, decibels(found, found, 0, to));
    }
    // 0.001 dB of ripple is a difference of 1.15e-4, or -78.8 dB; images would add to it.
    assertTrue(worstPass < -85, from + " to " + to + ": differs by " + worstPass + " dB");
    assertTrue(worstStop < -90, from + " to " + to + ": lets through " + worstStop + " dB");
  }

  @ParameterizedTest
  @CsvSource({"8000", "11025", "22050", "44100", "48000"})
  void constantsAndLengthsAreKept(int from) {
    Resampler resampler = new Resampler(from, 16_000);
    for (int n : new int[] {1, 2, 441, 1_000, 44_101}) {
      int expected = (int) Math.ceil(n * 16_000L / (double) from);
      assertEquals(expected, resampler.length(n));
      float[] ones = new float[n];
      Arrays.fill(ones, 1);
      float[] found = resampler.apply(ones);
      assertEquals(expected, found.length);
      if (n == 44_101) {
        assertEquals(1, found[expected / 2], 1e-6);
      }
    }
    assertEquals(new Extent(44_101, from).at(16_000), resampler.length(44_101));
  }

  @Test
  void anImpulseStaysWhereItIs() {
    float[] impulse = new float[4_410];
    impulse[2_205] = 1;
    float[] found = new Resampler(44_100, 16_000).apply(impulse);
    int peak = 0;
    for (int i = 0; i < found.length; i++) {
      peak = found[i] > found[peak] ? i : peak;
    }
    assertEquals(800, peak);
    for (int i = 1; i < 300; i++) {
      assertEquals(found[800 - i], found[800 + i], 1e-7, "symmetric");
    }
  }

  @Test
  void equalRatesChangeNothing() {
    float[] samples = {1, 2, 3};
    assertSame(samples, new Resampler(16_000, 16_000).apply(samples));
    assertThrows(IllegalArgumentException.class, () -> new Resampler(0, 16_000));
    assertThrows(IllegalArgumentException.class, () -> new Resampler(383_999, 16_000));
  }

  @Test
  void normalisedSamplesHaveMeanZeroAndVarianceOne() {
    float[] samples = sine(16_000, 440, 1);
    for (int i = 0; i < samples.length; i++) {
      samples[i] = 0.5f + 0.1f * samples[i];
    }
    float[] found = Waves.normalize(samples);
    double sum = 0;
    double squares = 0;
    for (float value : found) {
      sum += value;
      squares += (double) value * value;
    }
    assertEquals(0, sum / found.length, 1e-6);
    assertEquals(0.005 / (0.005 + 1e-5), squares / found.length, 1e-5);
    assertArrayEquals(new float[] {-1, 1}, Waves.normalize(new float[] {-100, 100}), 1e-6f);
  }

  @Test
  void silenceIsLessThanAStepOf16Bits() {
    float[] samples = new float[1_000];
    Arrays.fill(samples, 0.3f);
    assertTrue(Waves.silent(samples));
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (i & 1) * 2.01f / 32768;
    }
    assertFalse(Waves.silent(samples));
    assertThrows(IllegalArgumentException.class, () -> Waves.normalize(new float[0]));
  }
}
