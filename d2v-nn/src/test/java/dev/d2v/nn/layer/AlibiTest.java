package dev.d2v.nn.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class AlibiTest {
  @Test
  void slopesOfAPowerOfTwoHalveEvenly() {
    assertArrayEquals(new double[] {0x1p-4, 0x1p-8}, Alibi.slopes(2));
    assertEquals(Math.pow(2, -0.5), Alibi.slopes(16)[0], 1e-15);
    assertEquals(0x1p-8, Alibi.slopes(16)[15], 1e-15);
  }

  @Test
  void slopesBetweenPowersOfTwoComeFromBoth() {
    assertArrayEquals(new double[] {0x1p-4, 0x1p-8, 0x1p-2}, Alibi.slopes(3));
    double[] expected = {-1, -2, -3, -4, -5, -6, -7, -8, -0.5, -1.5, -2.5, -3.5};
    double[] twelve = Alibi.slopes(12);
    for (int h = 0; h < 12; h++) {
      assertEquals(Math.pow(2, expected[h]), twelve[h], 1e-15, "head " + h);
    }
  }

  @Test
  void biasOfASequenceFallsWithDistance() {
    float[] table = Alibi.table1d(3, 9);
    assertEquals(3 * 81, table.length);
    assertEquals(0f, table[4 * 9 + 4]);
    assertEquals(-0.0625f * 8, table[8]);
    assertEquals(-0.25f * 5, table[2 * 81 + 7 * 9 + 2]);
  }

  @Test
  void biasOfAGridIsTheOfficialOne() {
    float[] manhattan = Alibi.table2d(2, 4, Alibi.Distance.MANHATTAN);
    float[] euclidean = Alibi.table2d(2, 4, Alibi.Distance.EUCLIDEAN);
    float[] manhattanOfToken5 = {
      -0.125f, -0.0625f, -0.125f, -0.1875f, -0.0625f, 0, -0.0625f, -0.125f, -0.125f, -0.0625f,
      -0.125f, -0.1875f, -0.1875f, -0.125f, -0.1875f, -0.25f
    };
    float[] euclideanOfToken5 = {
      -0.0884f, -0.0625f, -0.0884f, -0.1398f, -0.0625f, 0, -0.0625f, -0.125f, -0.0884f, -0.0625f,
      -0.0884f, -0.1398f, -0.1398f, -0.125f, -0.1398f, -0.1768f
    };
    for (int j = 0; j < 16; j++) {
      assertEquals(manhattanOfToken5[j], manhattan[5 * 16 + j], 1e-7f);
      assertEquals(euclideanOfToken5[j], euclidean[5 * 16 + j], 5e-5f);
    }
  }

  @Test
  void needsAHead() {
    assertThrows(IllegalArgumentException.class, () -> Alibi.slopes(0));
  }
}
