package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Packed operands begin at a line of the caches, wherever the collector puts their arrays.
final class PackedTest {
  @Test
  void everyArrayHasALineWithinItsFirstElements() {
    List<float[]> arrays = new ArrayList<>();
    for (int length = 16; length < 200; length++) {
      arrays.add(new float[length]);
    }
    for (float[] array : arrays) {
      int start = CacheLines.start(array);
      assertTrue(start >= 0 && start < CacheLines.FLOATS, "start " + start);
    }
  }

  @Test
  void theLineIsOne() {
    // large enough to have a place of its own, which no collection changes between the two calls
    float[] array = new float[1 << 24];
    int start = CacheLines.start(array);
    assertEquals(0, (CacheLines.address(array) + 4L * start) % 64);
  }

  @Test
  void nothingIsWritten() {
    float[] array = {1, 2, 3};
    CacheLines.start(array);
    assertEquals(1, array[0]);
    assertEquals(3, array[2]);
  }

  @Test
  void thereIsRoomBehindTheLine() {
    Packed packed = new Packed();
    packed.fit(1000);
    assertTrue(packed.array.length >= packed.at + 1000);
  }

  @Test
  void anArrayIsReplacedByALargerOneOnly() {
    Packed packed = new Packed();
    packed.fit(1000);
    float[] first = packed.array;
    packed.fit(10);
    assertSame(first, packed.array);
    packed.fit(1001);
    assertNotSame(first, packed.array);
  }
}
