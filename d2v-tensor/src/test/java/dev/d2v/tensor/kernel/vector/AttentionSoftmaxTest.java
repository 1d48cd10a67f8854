package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AttentionSoftmaxTest {
  private static final int V = Lanes.F.length();
  private static final int KEYS = 11;
  private static final Arena ARENA = Arena.ofShared();
  private static final long ROW = AttentionMatrix.strideFor(V);
  private static final AttentionMatrix S = matrix(KEYS);
  private static final AttentionMatrix G = matrix(KEYS);
  private static final long SHIFT = matrix(1).at();
  private static final long SUM = matrix(1).at();

  private static AttentionMatrix matrix(int rows) {
    return new AttentionMatrix(ARENA.allocate(rows * ROW, 64).address(), ROW);
  }

  @AfterAll
  static void close() {
    ARENA.close();
  }

  private static float exp(float x) {
    AttentionPack.fill(S.at(), V, x);
    AttentionPack.fill(SHIFT, V, 0);
    AttentionSoftmax.exponentials(SUM, S.at(), ROW, 1, SHIFT);
    return Native.get(S.at());
  }

  private static void fill(AttentionMatrix x, float value) {
    for (int j = 0; j < KEYS; j++) {
      AttentionPack.fill(x.at(j, 0), V, value);
    }
  }

  @Test
  void expIsWithinTwoTenMillionthsFromMinus87To80() {
    for (int i = 0; i <= 20_000; i++) {
      float x = -87 + 167f * i / 20_000;
      double expected = Math.exp(x);
      double error = Math.abs(exp(x) - expected) / expected;
      assertTrue(error < 2e-7, "exp(" + x + ") is off by " + error);
    }
  }

  @Test
  void expOfWhatNoQuerySeesIsExactlyZero() {
    assertEquals(0f, exp(Float.NEGATIVE_INFINITY));
    assertEquals(0f, exp(-88));
    assertEquals(1f, exp(0));
    assertTrue(Float.isNaN(exp(Float.NaN)));
  }

  @Test
  void theMaximumIsFoundAtEveryKeyAndInEveryLane() {
    for (int j = 0; j < KEYS; j++) {
      for (int i = 0; i < V; i++) {
        fill(S, -5);
        Native.set(S.at(j, i), -3);
        AttentionSoftmax.shifts(SHIFT, S.at(), ROW, KEYS);
        for (int lane = 0; lane < V; lane++) {
          assertEquals(lane == i ? -3f : -5f, Native.get(SHIFT + 4L * lane));
        }
      }
    }
  }

  @Test
  void whereNoKeyIsSeenNothingIsSubtracted() {
    fill(S, Float.NEGATIVE_INFINITY);
    AttentionSoftmax.shifts(SHIFT, S.at(), ROW, KEYS);
    assertEquals(0f, Native.get(SHIFT));
  }

  @Test
  void theDerivativeOfEqualProbabilitiesIsTheDeviationFromTheMean() {
    fill(S, 1f / KEYS);
    for (int j = 0; j < KEYS; j++) {
      AttentionPack.fill(G.at(j, 0), V, j);
    }
    AttentionSoftmax.derivative(G.at(), S.at(), ROW, KEYS, 2);
    for (int j = 0; j < KEYS; j++) {
      assertEquals(2f / KEYS * (j - (KEYS - 1) / 2f), Native.get(G.at(j, V - 1)), 1e-6f);
    }
  }
}
