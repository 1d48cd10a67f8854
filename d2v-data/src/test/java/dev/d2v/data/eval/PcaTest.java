package dev.d2v.data.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.random.RandomStream;
import org.junit.jupiter.api.Test;

class PcaTest {
  /// Gaussian with deviations 5 along (3,4,0,...)/5, 2 along (4,-3,0,...)/5, 0.1 elsewhere, around
  /// 10.
  private static Features anisotropic(int n, int d) {
    RandomStream random = new RandomStream(2, 13, 0, 0);
    float[] values = new float[n * d];
    for (int i = 0; i < n; i++) {
      double a = 5 * random.nextGaussian();
      double b = 2 * random.nextGaussian();
      for (int j = 0; j < d; j++) {
        values[i * d + j] = (float) (10 + 0.1 * random.nextGaussian());
      }
      values[i * d] = (float) (10 + 0.6 * a + 0.8 * b);
      values[i * d + 1] = (float) (10 + 0.8 * a - 0.6 * b);
    }
    return new Features(values, n, d);
  }

  @Test
  void findsTheAxesOfAGaussian() {
    Features x = anisotropic(5_000, 12);
    Pca pca = Pca.fit(x, 2);
    assertEquals(0.6, pca.components()[0][0], 0.02);
    assertEquals(0.8, pca.components()[0][1], 0.02);
    assertEquals(0.8, pca.components()[1][0], 0.02);
    assertEquals(-0.6, pca.components()[1][1], 0.02);
    assertEquals(25, pca.variances()[0], 1.5);
    assertEquals(4, pca.variances()[1], 0.25);
    assertEquals(25 / 29.1, pca.explained(0), 0.02);
  }

  @Test
  void coordinatesHaveTheVariancesAndAreUncorrelated() {
    Features x = anisotropic(1_000, 12);
    Pca pca = Pca.fit(x, 3);
    float[][] at = pca.project(x);
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b <= a; b++) {
        double sum = 0;
        for (float[] point : at) {
          sum += point[a] * (double) point[b] / at.length;
        }
        assertEquals(a == b ? pca.variances()[a] : 0, sum, 1e-3);
      }
    }
  }

  @Test
  void allDirectionsTogetherExplainEverything() {
    Pca pca = Pca.fit(anisotropic(300, 4), 4);
    double sum = 0;
    for (int k = 0; k < 4; k++) {
      sum += pca.explained(k);
    }
    assertEquals(1, sum, 1e-6);
  }

  @Test
  void samplesThatDoNotDifferLieAtTheOrigin() {
    Features same = Features.of(new float[][] {{1, 2, 3}, {1, 2, 3}});
    Pca pca = Pca.fit(same, 2);
    assertEquals(0, pca.project(same)[1][0]);
    assertEquals(0, pca.explained(0));
  }

  @Test
  void eigenvaluesOfAKnownMatrix() {
    SymmetricEigen eigen = SymmetricEigen.of(new double[][] {{2, 1}, {1, 2}});
    assertEquals(3, eigen.values()[0], 1e-12);
    assertEquals(1, eigen.values()[1], 1e-12);
    assertEquals(Math.abs(eigen.vectors()[0][0]), Math.abs(eigen.vectors()[1][0]), 1e-12);
  }

  @Test
  void spreadIsTheMeanDeviationOfTheChannels() {
    Features x = Features.of(new float[][] {{1, 10}, {3, 10}, {1, 14}, {3, 14}});
    assertEquals(1.5, FeatureSpread.of(x), 1e-6);
    Features collapsed = Features.of(new float[][] {{1, 10}, {1, 10}});
    assertTrue(FeatureSpread.of(collapsed) == 0);
  }
}
