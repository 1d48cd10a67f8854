package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class TransposeTest {
  private static final int V = Lanes.F.length();

  @Test
  void everyElementChangesRowWithColumnAndTheLastRowIsRepeated() {
    int rows = V + 3;
    int columns = 3 * V;
    try (Arena arena = Arena.ofConfined()) {
      AttentionMatrix x = matrix(arena, rows, columns);
      AttentionMatrix y = matrix(arena, columns, 2 * V);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          Native.set(x.at(i, j), 1000 * i + j);
        }
      }
      Transpose.of(y, x, rows, columns, 0.5f);
      for (int i = 0; i < 2 * V; i++) {
        for (int j = 0; j < columns; j++) {
          float expected = 500f * Math.min(i, rows - 1) + 0.5f * j;
          assertEquals(expected, Native.get(y.at(j, i)), "row " + j + ", column " + i);
        }
      }
    }
  }

  private static AttentionMatrix matrix(Arena arena, int rows, int columns) {
    long stride = AttentionMatrix.strideFor(columns);
    return new AttentionMatrix(arena.allocate(rows * stride, 64).address(), stride);
  }
}
