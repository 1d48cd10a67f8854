package dev.d2v.data.eval;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
  private static final LogisticRegression.Options EXACT =
      new LogisticRegression.Options(1, 1_000, 1e-6);

  /// Classes as Gaussians around their own centres; the distance says how far they lie apart.
  private static Features blobs(int n, int d, int[] labels, double distance) {
    RandomStream random = new RandomStream(4, 13, 0, 0);
    float[] values = new float[n * d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        double centre = j == labels[i] ? distance : 0;
        values[i * d + j] = (float) (centre + random.nextGaussian());
      }
    }
    return new Features(values, n, d);
  }

  private static int[] cyclic(int n, int classes) {
    int[] labels = new int[n];
    Arrays.setAll(labels, i -> i % classes);
    return labels;
  }

  @Test
  void separableClassesAreSeparated() {
    int[] labels = cyclic(203, 3);
    Features x = blobs(203, 5, labels, 20);
    LogisticRegression probe = LogisticRegression.fit(x, labels, 1);
    assertEquals(1, probe.accuracy(x, labels));
    assertTrue(probe.loss() < 0.05, () -> "loss " + probe.loss());
  }

  @Test
  void theGradientVanishesAtTheOptimum() {
    int[] labels = cyclic(333, 4);
    Features x = blobs(333, 37, labels, 1);
    LogisticRegression probe = LogisticRegression.fit(x, labels, EXACT, 1);
    assertTrue(probe.gradientMax() <= 1e-5, () -> "gradient " + probe.gradientMax());
    // Products in single precision end the descent a little above the tolerance.
    // With every class penalised alike and the intercepts free, the weights sum to zero over
    // classes.
    double[] w = probe.weights();
    for (int j = 0; j < 37; j++) {
      assertEquals(0, w[j] + w[37 + j] + w[74 + j] + w[111 + j], 1e-4);
    }
  }

  @Test
  void twoClassesOfOneFeatureHaveTheKnownOptimum() {
    // x = -1, 1 with labels 0, 1: by symmetry W = (-w, w), and w minimises 2 C log(1+e^{-2w}) +
    // w^2,
    // so w = 2 / (1 + e^{2w}) with C = 1.
    Features x = Features.of(new float[][] {{-1}, {1}});
    double[] w = LogisticRegression.fit(x, new int[] {0, 1}, EXACT, 1).weights();
    assertEquals(2 / (1 + Math.exp(2 * w[1])), w[1], 1e-4);
    assertEquals(-w[0], w[1], 1e-6);
  }

  @Test
  void theObjectivesGradientIsItsSlope() {
    int[] labels = cyclic(77, 3);
    Features x = blobs(77, 11, labels, 1);
    try (Workers workers = new Workers(1)) {
      SoftmaxObjective objective = new SoftmaxObjective(x, labels, 3, 0.5, workers);
      double[] at = new double[objective.parameters()];
      RandomStream random = new RandomStream(8, 13, 0, 0);
      Arrays.setAll(at, i -> random.nextGaussian() * 0.3);
      double[] gradient = new double[at.length];
      double[] ignored = new double[at.length];
      objective.at(at, gradient);
      for (int i = 0; i < at.length; i++) {
        double kept = at[i];
        double h = 1e-3;
        at[i] = kept + h;
        double up = objective.at(at, ignored);
        at[i] = kept - h;
        double down = objective.at(at, ignored);
        at[i] = kept;
        assertEquals((up - down) / (2 * h), gradient[i], 2e-4, "parameter " + i);
      }
    }
  }

  @Test
  void threadsDoNotChangeTheResult() {
    int[] labels = cyclic(700, 5);
    Features x = blobs(700, 300, labels, 1);
    double[] one = LogisticRegression.fit(x, labels, 1).weights();
    for (int threads : new int[] {2, 3}) {
      assertArrayEquals(one, LogisticRegression.fit(x, labels, threads).weights());
    }
  }

  @Test
  void featuresThatNeverChangeAndScalesDoNotMatter() {
    int[] labels = cyclic(120, 2);
    Features x = blobs(120, 4, labels, 2);
    float[] values = x.values().clone();
    for (int i = 0; i < 120; i++) {
      values[i * 4 + 3] = 0.1f;
      values[i * 4] *= 1000;
    }
    Features scaled = new Features(values, 120, 4);
    int[] a = LogisticRegression.fit(scaled, labels, 1).predict(scaled);
    double accuracy = LogisticRegression.fit(scaled, labels, 1).accuracy(scaled, labels);
    assertTrue(accuracy > 0.85, () -> "accuracy " + accuracy);
    assertEquals(120, a.length);
  }

  @Test
  void classNumbersMayHaveGaps() {
    int[] labels = {2, 7, 2, 7, 2, 7};
    Features x = Features.of(new float[][] {{-1}, {1}, {-2}, {2}, {-1.5f}, {1.2f}});
    assertArrayEquals(labels, LogisticRegression.fit(x, labels, 1).predict(x));
  }

  @Test
  void whatCannotBeProbedIsSaid() {
    Features x = Features.of(new float[][] {{-1}, {1}});
    assertRefused(
        "at least two classes, found only class 3",
        () -> LogisticRegression.fit(x, new int[] {3, 3}, 1));
    assertRefused(
        "Expected a label for every image", () -> LogisticRegression.fit(x, new int[] {0, -1}, 1));
    assertRefused(
        "at least one image",
        () -> LogisticRegression.fit(new Features(new float[0], 0, 1), new int[0], 1));
    Features bad = Features.of(new float[][] {{-1}, {Float.NaN}});
    assertRefused("found NaN in sample 1", () -> LogisticRegression.fit(bad, new int[] {0, 1}, 1));
  }
}
