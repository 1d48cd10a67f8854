package dev.d2v.tensor.kernel.vector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Where the lines of the caches begin in an array.
///
/// The elements of an array begin 16 bytes behind a multiple of 8, so a vector of 64 bytes lies
/// across two lines. While both are in the first-level cache that costs little; from the second
/// level on it costs a tenth of the speed of a product (ADR 0015). Java does not say where an array
/// is, but the C library does: `memset(p, 0, 0)` writes nothing and returns p. A collector may move
/// the array afterwards, and then vectors are slower until the next call asks again.
final class CacheLines {
  /// Floats of a line.
  static final int FLOATS = 16;

  private static final long BYTES = 4 * FLOATS;

  private static final MethodHandle MEMSET =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("memset"),
              FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT, JAVA_LONG),
              Linker.Option.critical(true));

  private CacheLines() {}

  /// The first index at which a line begins, less than [#FLOATS].
  static int start(float[] array) {
    return (int) (-address(array) & BYTES - 1) / 4;
  }

  /// Where the first element is at this moment.
  static long address(float[] array) {
    try {
      return (long) MEMSET.invokeExact(MemorySegment.ofArray(array), 0, 0L);
    } catch (Throwable e) {
      throw new IllegalStateException("calling memset failed", e);
    }
  }
}
