package dev.d2v.data.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class BaselinesTest {
  private static float[] tone(double hz, int samples) {
    float[] out = new float[samples];
    for (int i = 0; i < samples; i++) {
      out[i] = (float) Math.sin(2 * Math.PI * hz * i / 16_000);
    }
    return out;
  }

  private static int loudest(float[] statistics) {
    int best = 0;
    for (int b = 0; b < 40; b++) {
      best = statistics[b] > statistics[best] ? b : best;
    }
    return best;
  }

  @Test
  @DisplayName("a tone is loudest in the band of its pitch, and steady")
  void tones() {
    float[] low = MelStatistics.of(tone(300, 8_000));
    float[] high = MelStatistics.of(tone(3_000, 8_000));
    // 40 triangles between 20 Hz and 8 kHz: steps of 68.5 mel from 31.7 on
    assertEquals(4, loudest(low));
    assertEquals(26, loudest(high));
    assertTrue(low[40 + 4] < 0.05, Arrays.toString(low));
  }

  @Test
  @DisplayName("the shortest recording and silence have finite statistics")
  void edges() {
    for (float[] samples : new float[][] {{}, {1}, new float[399], new float[16_000]}) {
      float[] statistics = MelStatistics.of(samples);
      assertEquals(MelStatistics.WIDTH, statistics.length);
      for (float x : statistics) {
        assertTrue(Float.isFinite(x));
      }
    }
  }

  @Test
  @DisplayName("a bag of tokens has unit length and does not know their order")
  void bags() {
    Features bags = BagOfTokens.of(new int[][] {{3, 5, 5}, {5, 3, 5}, {}}, 10);
    assertEquals(10, bags.width());
    double square = 0;
    for (int j = 0; j < 10; j++) {
      assertEquals(bags.values()[j], bags.values()[10 + j]);
      square += bags.values()[j] * bags.values()[j];
      assertEquals(0, bags.values()[20 + j]);
    }
    assertEquals(1, square, 1e-6);
    assertEquals(Math.log(3) / Math.log(2), bags.values()[5] / bags.values()[3], 1e-6);
  }

  @Test
  @DisplayName("a large vocabulary is hashed into bounded rows")
  void hashed() {
    int[] all = new int[50_265];
    Arrays.setAll(all, i -> i);
    Features bag = BagOfTokens.of(new int[][] {all}, all.length);
    assertEquals(BagOfTokens.WIDEST, bag.width());
    long used =
        java.util.stream.IntStream.range(0, bag.width()).filter(j -> bag.values()[j] > 0).count();
    assertTrue(used > 4_000, used + " columns are used");
  }
}
