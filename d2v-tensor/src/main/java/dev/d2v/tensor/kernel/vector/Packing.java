package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.FLOAT;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.load;
import static dev.d2v.tensor.kernel.vector.GemmTile.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/// Copies of matrices in the order in which [GemmTile] reads them. Offsets `at` are in bytes,
/// strides `ld` in elements.
final class Packing {
  /// Two floats, the first one in the low half.
  private static final ValueLayout.OfLong PAIR =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long LOW = 0xffff_ffffL;

  private Packing() {}

  private static float get(MemorySegment from, long at) {
    return from.get(FLOAT, at);
  }

  private static void set(MemorySegment to, long at, float value) {
    to.set(FLOAT, at, value);
  }

  /// `to[i] = from[i]`, n elements.
  static void copy(MemorySegment to, long toAt, MemorySegment from, long fromAt, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      store(load(from, fromAt + 4L * i), to, toAt + 4L * i);
    }
    for (; i < n; i++) {
      set(to, toAt + 4L * i, get(from, fromAt + 4L * i));
    }
  }

  /// `to[i] += from[i]`, n elements.
  static void add(MemorySegment to, long toAt, MemorySegment from, long fromAt, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      store(load(to, toAt + 4L * i).add(load(from, fromAt + 4L * i)), to, toAt + 4L * i);
    }
    for (; i < n; i++) {
      set(to, toAt + 4L * i, get(to, toAt + 4L * i) + get(from, fromAt + 4L * i));
    }
  }

  /// `to[i] = 0`, n elements.
  static void zero(MemorySegment to, long toAt, int n) {
    FloatVector z = FloatVector.zero(Lanes.F);
    int i = 0;
    for (; i <= n - V; i += V) {
      store(z, to, toAt + 4L * i);
    }
    for (; i < n; i++) {
      set(to, toAt + 4L * i, 0);
    }
  }

  /// k rows of `width` elements to rows of `padded`, zeros behind.
  static void panel(
      MemorySegment to,
      long toAt,
      MemorySegment from,
      long at,
      long ld,
      int k,
      int width,
      int padded) {
    for (int p = 0; p < k; p++) {
      long row = toAt + 4L * p * padded;
      copy(to, row, from, at + 4 * ld * p, width);
      zero(to, row + 4L * width, padded - width);
    }
  }

  /// The transpose of `width` rows of k elements: k rows of `padded`, zeros behind.
  static void transposed(
      MemorySegment to,
      long toAt,
      MemorySegment from,
      long at,
      long ld,
      int k,
      int width,
      int padded) {
    int j = 0;
    for (; j <= width - 2; j += 2) {
      twoRows(to, toAt + 4L * j, from, at + 4 * ld * j, 4 * ld, k, 4L * padded);
    }
    for (; j < width; j++) {
      for (int p = 0; p < k; p++) {
        set(to, toAt + 4 * ((long) p * padded + j), get(from, at + 4 * (ld * j + p)));
      }
    }
    if (width < padded) {
      for (int p = 0; p < k; p++) {
        zero(to, toAt + 4 * ((long) p * padded + width), padded - width);
      }
    }
  }

  /// Two rows become two columns, two by two elements at a time in general registers.
  private static void twoRows(
      MemorySegment to, long toAt, MemorySegment from, long at, long ld, int k, long ldTo) {
    long second = at + ld;
    int p = 0;
    for (; p <= k - 2; p += 2) {
      long x = from.get(PAIR, at + 4L * p);
      long y = from.get(PAIR, second + 4L * p);
      to.set(PAIR, toAt + ldTo * p, (x & LOW) | (y << 32));
      to.set(PAIR, toAt + ldTo * p + ldTo, (x >>> 32) | (y & ~LOW));
    }
    if (p < k) {
      set(to, toAt + ldTo * p, get(from, at + 4L * p));
      set(to, toAt + ldTo * p + 4, get(from, second + 4L * p));
    }
  }
}
