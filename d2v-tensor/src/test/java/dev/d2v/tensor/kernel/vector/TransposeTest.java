package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class TransposeTest {
  private static final int V = Lanes.F.length();

  @Test
  void everyElementChangesRowWithColumnAndTheLastRowIsRepeated() {
    int columns = 3 * V;
    int step = V + 5;
    try (Arena arena = Arena.ofConfined()) {
      long stride = 4L * columns + 64;
      long x = arena.allocate(V * stride, 64).address();
      for (int i = 0; i < V; i++) {
        for (int j = 0; j < columns; j++) {
          Native.set(x + stride * i + 4L * j, 1000 * i + j);
        }
      }
      for (int rows = 1; rows <= V; rows++) {
        float[] y = new float[2 + step * columns];
        Transpose.rows(y, 2, step, x, stride, rows, columns, 0.5f);
        for (int i = 0; i < V; i++) {
          for (int j = 0; j < columns; j++) {
            float expected = 500f * Math.min(i, rows - 1) + 0.5f * j;
            assertEquals(expected, y[2 + j * step + i], "row " + j + ", column " + i);
          }
        }
      }
    }
  }
}
