package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
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

  /// Where the `bytes` bytes from byte `at` of a segment on lie. Fails when they are not all in it,
  /// or its memory was closed: the one check of a loop by address.
  static long range(MemorySegment segment, long at, long bytes) {
    Objects.checkFromIndexSize(at, bytes, segment.byteSize());
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("the memory of " + segment + " was closed");
    }
    return known(segment.address() + at);
  }

  /// The same address, known to lie where a process has its memory. With a sum of it and of
  /// [#offset] the compiler sees that an access is inside of everything; otherwise it checks that
  /// before each loop, with some twenty instructions an address: as much as a short row takes.
  static long known(long address) {
    return address & (1L << 60) - 1;
  }

  /// The bytes before the float of an index that is not negative.
  static long offset(int index) {
    return (index & 0xFFFF_FFFFL) << 2;
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
