package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/// Memory by address, for the innermost loops only: one constant segment over everything.
///
/// A constant's class, bounds and scope are known to the compiler, so that a load is one
/// instruction whatever other kinds of segment the process has used. Nothing is checked here: a
/// caller takes the address of a tensor with [#address(Tensor)] after it has checked its size, and
/// touches no byte outside.
final class Native {
  /// Everything. The Vector API's own methods take it where a call would not be inlined.
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /// A float anywhere.
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /// An int anywhere.
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private Native() {}

  /// Where a tensor lies. Fails when its memory was closed or is not the host's.
  static long address(Tensor tensor) {
    MemorySegment data = tensor.data();
    if (!data.scope().isAlive()) {
      throw new IllegalStateException("the memory of " + tensor + " was closed");
    }
    if (tensor.opaque()) {
      throw new IllegalStateException(tensor + " is not in memory that the processor can read");
    }
    return data.address();
  }

  static FloatVector load(long at) {
    return FloatVector.fromMemorySegment(Lanes.F, ALL, at, Lanes.ORDER);
  }

  static void store(FloatVector v, long at) {
    v.intoMemorySegment(ALL, at, Lanes.ORDER);
  }

  static float get(long at) {
    return ALL.get(FLOAT, at);
  }

  static void set(long at, float value) {
    ALL.set(FLOAT, at, value);
  }
}
