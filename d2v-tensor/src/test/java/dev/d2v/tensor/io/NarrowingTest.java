package dev.d2v.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class NarrowingTest {
  @Test
  void eachRowHasItsLargestNumberAt127AndIsOffByHalfAStep() {
    Random random = new Random(1);
    float[] x = new float[5 * 33];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (random.nextGaussian() * Math.pow(10, i / 33 - 2));
    }
    Narrowing.Int8 narrow = Narrowing.int8(x, 5);
    for (int row = 0; row < 5; row++) {
      int largest = 0;
      for (int k = 0; k < 33; k++) {
        int i = row * 33 + k;
        largest = Math.max(largest, Math.abs(narrow.values()[i]));
        float back = narrow.values()[i] * narrow.scale()[row];
        assertEquals(x[i], back, narrow.scale()[row] * 0.5001f);
      }
      assertEquals(127, largest);
    }
  }

  @Test
  void aRowOfZerosStaysOne() {
    Narrowing.Int8 narrow = Narrowing.int8(new float[] {0, 0, 1, -2, Float.MIN_VALUE, 0}, 3);
    assertArrayEquals(new byte[] {0, 0, 64, -127, 0, 0}, narrow.values());
    assertArrayEquals(new float[] {0, 2f / 127, 0}, narrow.scale());
  }

  @Test
  void whatIsNotFiniteIsRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Narrowing.int8(new float[] {1, 2, 3, Float.NaN}, 2))
            .getMessage();
    assertTrue(String.valueOf(message).contains("row 1 holds NaN"), message);
  }

  @Test
  void halvesAreTheNearestTiesToEven() {
    float[] x = {
      1,
      -1,
      0,
      -0f,
      1 + 0x1p-8f,
      1 + 0x1p-8f + 0x1p-20f,
      1 + 3 * 0x1p-8f,
      Float.MAX_VALUE,
      Float.NEGATIVE_INFINITY,
      Float.MIN_VALUE
    };
    float[] expected = {
      1,
      -1,
      0,
      -0f,
      1,
      1 + 0x1p-7f,
      1 + 0x1p-6f,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      0
    };
    short[] bits = Narrowing.bf16(x);
    for (int i = 0; i < x.length; i++) {
      assertEquals(expected[i], Float.intBitsToFloat(bits[i] << 16), "of " + x[i]);
    }
    assertTrue(Float.isNaN(Float.intBitsToFloat(Narrowing.bf16(new float[] {Float.NaN})[0] << 16)));
  }
}
