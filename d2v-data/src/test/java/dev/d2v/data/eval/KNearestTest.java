package dev.d2v.data.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KNearestTest {
  private static Features random(int n, int d, int item) {
    RandomStream random = new RandomStream(6, 13, 0, item);
    float[] values = new float[n * d];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Features(values, n, d);
  }

  private static double cosine(Features a, int i, Features b, int k) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int j = 0; j < a.width(); j++) {
      double x = a.values()[i * a.width() + j];
      double y = b.values()[k * b.width() + j];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / Math.sqrt(aa * bb);
  }

  @Test
  void findsTheLargestCosinesInOrder() {
    Features train = random(150, 13, 0);
    Features queries = random(70, 13, 1);
    KNearest search = new KNearest(train, new int[150], 2);
    KNearest.Neighbours near = search.neighbours(queries, 9);
    for (int q = 0; q < 70; q++) {
      int query = q;
      int[] expected =
          IntStream.range(0, 150)
              .boxed()
              .sorted((i, k) ->
                  Double.compare(
                      cosine(train, k, queries, query), cosine(train, i, queries, query)))
              .limit(9)
              .mapToInt(Integer::intValue)
              .toArray();
      assertArrayEquals(expected, near.indices()[q]);
      assertEquals(cosine(train, expected[0], queries, q), near.similarities()[q][0], 1e-5);
    }
  }

  @Test
  void nearSamplesOutvoteMany() {
    // Two samples at an angle of 0 against three at 90 degrees: exp(1/0.07) outweighs.
    Features train = Features.of(new float[][] {{1, 0}, {2, 0}, {0, 1}, {0, 1}, {0, 3}});
    KNearest search = new KNearest(train, new int[] {4, 4, 1, 1, 1}, 1);
    Features queries = Features.of(new float[][] {{5, 0.1f}, {0.1f, 5}});
    assertArrayEquals(new int[] {4, 1}, search.predict(queries));
    assertEquals(1, search.accuracy(queries, new int[] {4, 1}));
  }

  @Test
  void fewerSamplesThanNeighboursAllVote() {
    Features train = Features.of(new float[][] {{1, 0}, {0, 1}});
    KNearest.Neighbours near =
        new KNearest(train, new int[] {0, 1}, 1).neighbours(train, KNearest.NEIGHBOURS);
    assertArrayEquals(new int[] {0, 1}, near.indices()[0]);
    assertArrayEquals(new int[] {1, 0}, near.indices()[1]);
  }

  @Test
  void threadsDoNotChangeTheResult() {
    Features train = random(400, 30, 0);
    Features queries = random(200, 30, 1);
    int[] labels = new int[400];
    Arrays.setAll(labels, i -> i % 7);
    int[] one = new KNearest(train, labels, 1).predict(queries);
    assertArrayEquals(one, new KNearest(train, labels, 3).predict(queries));
  }
}
