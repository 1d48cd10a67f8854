package dev.d2v.tensor.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class HostMemoryTest {
  @Test
  void smallAndLargeBlocksAreZeroedAlignedAndOfTheSizeAskedFor() {
    for (long bytes : new long[] {0, 4, 1000, (4L << 20) - 1, 4L << 20, (9L << 20) + 12}) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment block = HostMemory.allocate(arena, bytes);
        assertTrue(block.isNative() && !block.isMapped());
        assertEquals(0, block.address() % 64);
        assertTrue(block.byteSize() >= bytes);
        for (long at : new long[] {0, bytes / 2, bytes - 1}) {
          if (at >= 0 && at < bytes) {
            assertEquals(0, block.get(ValueLayout.JAVA_BYTE, at));
          }
        }
      }
    }
  }

  @Test
  void aBlockCannotBeReadAfterItsArenaIsClosed() {
    MemorySegment block;
    try (Arena arena = Arena.ofShared()) {
      block = HostMemory.allocate(arena, 16L << 20);
    }
    assertFalse(block.scope().isAlive());
    assertThrows(IllegalStateException.class, () -> block.get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void moreThanTheMachineCanAddressIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      assertThrows(OutOfMemoryError.class, () -> HostMemory.allocate(arena, 1L << 60));
    }
  }
}
