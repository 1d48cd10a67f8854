package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AttentionSoftmaxTest {
  private static final int V = Lanes.F.length();
  private static final int KEYS = 11;
  private static final Arena ARENA = Arena.ofShared();
  private static final long S = ARENA.allocate(KEYS * AttentionSoftmax.ROW, 64).address();
  private static final long DP = ARENA.allocate(KEYS * AttentionSoftmax.ROW, 64).address();

  private final float[] max = new float[V];
  private final float[] sum = new float[V];
  private final float[] p = new float[GemmTile.HIGH * KEYS];

  @AfterAll
  static void close() {
    ARENA.close();
  }

  private static void fill(long scores, int key, float value) {
    for (int lane = 0; lane < V; lane++) {
      Native.set(scores + AttentionSoftmax.ROW * key + 4L * lane, value);
    }
  }

  private static void fill(long scores, float value) {
    for (int j = 0; j < KEYS; j++) {
      fill(scores, j, value);
    }
  }

  private float power(float x) {
    fill(S, 0, x);
    AttentionSoftmax.exponentials(p, 0, S, 1, max, sum, 0);
    return p[0];
  }

  @Test
  void powersOf2AreWithinTwoTenMillionthsFromMinus126To120() {
    for (int i = 0; i <= 20_000; i++) {
      float x = -126 + 246f * i / 20_000;
      double expected = Math.pow(2, x);
      double error = Math.abs(power(x) - expected) / expected;
      assertTrue(error < 2e-7, "2^" + x + " is off by " + error);
    }
  }

  @Test
  void thePowerOfWhatNoQuerySeesIsExactlyZero() {
    assertEquals(0f, power(Float.NEGATIVE_INFINITY));
    assertEquals(0f, power(-127));
    assertEquals(1f, power(0));
    assertTrue(Float.isNaN(power(Float.NaN)));
  }

  @Test
  void theMaximumIsFoundAtEveryKeyAndInEveryLane() {
    for (int j = 0; j < KEYS; j++) {
      for (int i = 0; i < V; i++) {
        fill(S, -5);
        Native.set(S + AttentionSoftmax.ROW * j + 4L * i, -3);
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
        AttentionSoftmax.largest(max, 0, S, KEYS);
        for (int lane = 0; lane < V; lane++) {
          assertEquals(lane == i ? -3f : -5f, max[lane]);
        }
      }
    }
  }

  @Test
  void whereNoKeyIsSeenNothingIsSubtractedAndTheSumHasNoInverse() {
    Arrays.fill(max, Float.NEGATIVE_INFINITY);
    AttentionSoftmax.finite(max, V);
    assertEquals(0f, max[V - 1]);
    AttentionSoftmax.finish(max, sum, V);
    assertEquals(0f, sum[V - 1]);
    assertEquals(Float.NEGATIVE_INFINITY, max[V - 1]);
  }

  @Test
  void theDerivativeOfEqualProbabilitiesIsTheDeviationFromTheMean() {
    fill(S, 0);
    for (int j = 0; j < KEYS; j++) {
      fill(DP, j, j);
    }
    float[] shifts = new float[V];
    float[] deltas = new float[V];
    Arrays.fill(shifts, (float) (Math.log(KEYS) / Math.log(2)));
    Arrays.fill(deltas, (KEYS - 1) / 2f);
    float[] strip = new float[GemmTile.SLAB + GemmTile.DISTANCE * KEYS];
    float[] gradients = new float[GemmTile.SLAB + GemmTile.DISTANCE * KEYS];
    AttentionSoftmax.gradients(strip, 0, gradients, 0, p, 0, S, DP, KEYS, shifts, deltas, 0, 2);
    for (int j = 0; j < KEYS; j++) {
      float expected = 2f / KEYS * (j - (KEYS - 1) / 2f);
      assertEquals(1f / KEYS, strip[GemmTile.DISTANCE * j + V - 1], 1e-7f);
      assertEquals(expected, gradients[GemmTile.DISTANCE * j + V - 1], 1e-6f);
      assertEquals(expected, p[GemmTile.HIGH * j + V - 1], 1e-6f);
    }
  }
}
