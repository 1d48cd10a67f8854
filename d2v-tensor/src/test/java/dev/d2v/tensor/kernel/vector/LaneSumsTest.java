package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class LaneSumsTest {
  private static final int V = Lanes.F.length();

  @Test
  void everyLaneOfEveryVectorIsCountedOnceAndInItsPlace() {
    float[] z = new float[3 + V];
    for (int i = 0; i < V; i++) {
      z[3 + i] = -i;
    }
    try (Arena arena = Arena.ofConfined()) {
      long c = arena.allocate(4L * V, 64).address();
      for (int at = 0; at < V * V; at++) {
        float[] x = new float[5 + V * V];
        x[5 + at] = 1000;
        LaneSums.store(c, x, 5, z, 3);
        for (int i = 0; i < V; i++) {
          assertEquals(at / V == i ? 1000f - i : -i, Native.get(c + 4L * i));
        }
      }
    }
  }
}
