package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AttentionRowsTest {
  private static float exp(float x) {
    int columns = Lanes.F.length();
    float[] s = new float[columns];
    Arrays.fill(s, x);
    AttentionRows.exp(s, 0, 0, columns, 0);
    return s[0];
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
  void theMaximumIsFoundInEveryLaneAndStripe() {
    int rows = 4;
    int columns = Striped.roundColumns(300);
    float[] s = new float[Striped.size(rows, columns)];
    for (int j = 0; j < columns; j++) {
      Arrays.fill(s, -5);
      s[Striped.column(rows, j) + 2 * Striped.LD] = -3;
      assertEquals(-3f, AttentionRows.max(s, 2 * Striped.LD, rows * Striped.LD, columns));
      assertEquals(-5f, AttentionRows.max(s, Striped.LD, rows * Striped.LD, columns));
    }
  }
}
