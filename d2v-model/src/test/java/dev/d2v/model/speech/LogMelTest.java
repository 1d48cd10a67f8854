package dev.d2v.model.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LogMelTest {
  private static final int RATE = 16_000;

  /// Everything again, as the definitions say it: sums over all lines of a transform of 512 points.
  @Test
  void isWhatTheDefinitionsSay() {
    int mels = 80;
    int samples = 400 + 2 * 160;
    float[] wave = LayerRig.normal(new Random(1), samples, 1);
    double[] expected = new double[3 * mels];
    for (int t = 0; t < 3; t++) {
      for (int k = 0; k <= 256; k++) {
        double re = 0;
        double im = 0;
        for (int n = 0; n < 400; n++) {
          double x = Math.pow(Math.sin(Math.PI * n / 400), 2) * wave[t * 160 + n];
          re += x * Math.cos(2 * Math.PI * k * n / 512);
          im += x * Math.sin(2 * Math.PI * k * n / 512);
        }
        double hz = k * 16_000 / 512.0;
        for (int j = 0; j < mels; j++) {
          expected[t * mels + j] += triangle(hz, j, mels) * (re * re + im * im);
        }
      }
    }
    double mean = 0;
    double square = 0;
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Math.log(expected[i]);
      mean += expected[i] / expected.length;
      square += expected[i] * expected[i] / expected.length;
    }
    float[] y = new float[expected.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) ((expected[i] - mean) / Math.sqrt(square - mean * mean + 1e-5));
    }
    assertArrayEquals(y, new LogMel(RATE, mels).spectrogram(wave, 0, samples), 1e-5f);
  }

  /// Height at a frequency of triangle j, over three neighbouring centres.
  private static double triangle(double hz, int j, int mels) {
    double step = 2595 * Math.log10(1 + 8000 / 700.0) / (mels + 1);
    double[] corner = new double[3];
    for (int i = 0; i < 3; i++) {
      corner[i] = 700 * (Math.pow(10, (j + i) * step / 2595) - 1);
    }
    if (hz <= corner[0] || hz >= corner[2]) {
      return 0;
    }
    return hz <= corner[1]
        ? (hz - corner[0]) / (corner[1] - corner[0])
        : (corner[2] - hz) / (corner[2] - corner[1]);
  }

  @Test
  void aSineIsLoudestAtItsPitch() {
    for (int mels : new int[] {80, 128}) {
      LogMel logMel = new LogMel(RATE, mels);
      double spacing = 2595 * Math.log10(1 + 8000 / 700.0) / (mels + 1);
      for (double hz : new double[] {300, 1000, 3400, 7000}) {
        float[] wave = new float[RATE / 10];
        for (int n = 0; n < wave.length; n++) {
          wave[n] = (float) Math.sin(2 * Math.PI * hz * n / RATE);
        }
        float[] y = logMel.spectrogram(wave, 0, wave.length);
        int nearest = (int) Math.round(LogMel.mel(hz) / spacing) - 1;
        for (int t = 0; t < logMel.frames(wave.length); t++) {
          int peak = 0;
          for (int j = 0; j < mels; j++) {
            peak = y[t * mels + j] > y[t * mels + peak] ? j : peak;
          }
          assertEquals(nearest, peak, 1, hz + " Hz, " + mels + " mels, frame " + t);
        }
      }
    }
  }

  @Test
  void clipsHaveMeanZeroAndVarianceOneAndSilenceIsZero() {
    LogMel logMel = new LogMel(RATE, 128);
    assertEquals(98, logMel.frames(RATE));
    assertEquals(0, logMel.frames(399));
    assertEquals(400 + 15 * 160, logMel.samples(16));
    float[] y = logMel.spectrogram(LayerRig.normal(new Random(2), RATE, 0.1), 0, RATE);
    double mean = 0;
    double square = 0;
    for (float v : y) {
      mean += (double) v / y.length;
      square += (double) v * v / y.length;
    }
    assertEquals(98 * 128, y.length);
    assertEquals(0, mean, 1e-5);
    assertEquals(1, square, 1e-4);
    assertArrayEquals(new float[128], logMel.spectrogram(new float[400], 0, 400), 1e-6f);
  }

  @Test
  void tokensAreOrderedByTime() {
    LogMel logMel = new LogMel(RATE, 80);
    LogMelLocalEncoder encoder =
        new LogMelLocalEncoder(ParameterScope.root(), new LogMelPatches(logMel, 16), 8, 1);
    assertEquals(5, encoder.patches().tokensAcross());
    assertEquals(30, encoder.patches().tokens(RATE));
    assertEquals(0, encoder.patches().tokens(400 + 14 * 160));
    assertEquals(Shape.of(2, 1, 96, 80), encoder.patches().sourceShape(2, RATE));
    float[] waves = LayerRig.normal(new Random(2), 2 * RATE, 1);
    float[] source = encoder.patches().source(waves, RATE);
    float[] second = logMel.spectrogram(waves, RATE, RATE);
    for (int i = 0; i < 96 * 80; i++) {
      assertEquals(second[i], source[96 * 80 + i]);
    }
    int[] mask = Frames.padding(new int[] {RATE, RATE / 2}, RATE, encoder.patches()::tokens);
    assertEquals(30, Arrays.stream(mask, 0, 30).filter(m -> m == 0).count());
    assertEquals(15, Arrays.stream(mask, 30, 45).filter(m -> m == 0).count());
    assertEquals(15, Arrays.stream(mask, 45, 60).sum());
  }

  @Test
  void clipsWithoutAPatchAreRefused() {
    LogMelLocalEncoder encoder =
        new LogMelLocalEncoder(
            ParameterScope.root(), new LogMelPatches(new LogMel(RATE, 80), 16), 8, 1);
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> encoder.patches().source(new float[2000], 2000));
    assertTrue(String.valueOf(e.getMessage()).contains("at least 2800 samples"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new LogMelLocalEncoder(
                ParameterScope.root(), new LogMelPatches(new LogMel(RATE, 80), 32), 8, 1));
  }

  @Test
  void theEncoderKeepsTheLayerContract() {
    LogMel logMel = new LogMel(RATE, 4);
    int samples = logMel.samples(6);
    float[] waves = LayerRig.normal(new Random(3), 2 * samples, 1);
    LayerContract.holds(
        (scope, constants) -> {
          LogMelLocalEncoder encoder =
              new LogMelLocalEncoder(scope, new LogMelPatches(logMel, 2), 3, 0.5);
          Tensor source =
              constants.floats(
                  encoder.patches().source(waves, samples),
                  encoder.patches().sourceShape(2, samples).toArray());
          return new Halved(encoder, source);
        },
        2,
        logMel.frames(samples) / 2 * 2,
        3);
  }

  /// `y = F/2 + x` with the encoder's factor of 1/2 for the gradient; a spectrogram has none, so it
  /// is not the input.
  private record Halved(LogMelLocalEncoder encoder, Tensor source) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      Tensor y = encoder.forward(source, pass);
      pass.kernels().elementwise().scale(y, y, 0.5f, y.size());
      pass.kernels().elementwise().add(y, y, x, y.size());
      return y;
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      encoder.backward(dy, pass);
      return dy;
    }
  }
}
