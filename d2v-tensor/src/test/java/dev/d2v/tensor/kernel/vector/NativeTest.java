package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class NativeTest {
  @Test
  void anAddressIsThatOfTheFirstElement() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(32, 64);
      Tensor tensor = new Tensor(data, Shape.of(8), DType.F32);
      assertEquals(data.address(), Native.address(tensor));
      Native.set(Native.address(tensor.slice(3, 4)), 2.5f);
      assertEquals(2.5f, data.get(Native.FLOAT, 12));
      assertEquals(2.5f, Native.get(data.address() + 12));
    }
  }

  @Test
  void closedMemoryHasNone() {
    Tensor tensor;
    try (Arena arena = Arena.ofConfined()) {
      tensor = new Tensor(arena.allocate(32, 64), Shape.of(8), DType.F32);
    }
    var e = assertThrows(IllegalStateException.class, () -> Native.address(tensor));
    assertTrue(String.valueOf(e.getMessage()).contains("closed"), e.getMessage());
  }

  @Test
  void memoryOfADeviceHasNone() {
    Tensor tensor = new Tensor(MemorySegment.ofAddress(4096), Shape.of(8), DType.F32);
    var e = assertThrows(IllegalStateException.class, () -> Native.address(tensor));
    assertTrue(String.valueOf(e.getMessage()).contains("processor"), e.getMessage());
  }
}
