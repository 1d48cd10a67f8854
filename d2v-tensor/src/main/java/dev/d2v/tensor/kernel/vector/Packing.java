package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Copies of matrices in the order in which [GemmTile] reads them. Everything is by address;
/// strides `ld` are in bytes.
final class Packing {
  /// Two floats, the first one in the low half.
  private static final ValueLayout.OfLong PAIR =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long LOW = 0xffff_ffffL;

  private Packing() {}

  /// `to[i] = from[i]`, n elements.
  static void copy(long to, long from, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      store(load(from + 4L * i), to + 4L * i);
    }
    for (; i < n; i++) {
      set(to + 4L * i, get(from + 4L * i));
    }
  }

  /// `to[i] += from[i]`, n elements.
  static void add(long to, long from, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      store(load(to + 4L * i).add(load(from + 4L * i)), to + 4L * i);
    }
    for (; i < n; i++) {
      set(to + 4L * i, get(to + 4L * i) + get(from + 4L * i));
    }
  }

  /// `to[i] = 0`, n elements: few, so one by one.
  static void zero(long to, int n) {
    for (int i = 0; i < n; i++) {
      set(to + 4L * i, 0);
    }
  }

  /// k rows of `width` elements to rows of `padded`, zeros behind.
  static void panel(long to, long from, long ld, int k, int width, int padded) {
    for (int p = 0; p < k; p++) {
      copy(to + 4L * p * padded, from + ld * p, width);
    }
    pad(to, k, width, padded);
  }

  /// The transpose of `width` rows of k elements: k rows of `padded`, zeros behind.
  static void transposed(long to, long from, long ld, int k, int width, int padded) {
    int j = 0;
    for (; j <= width - 2; j += 2) {
      twoRows(to + 4L * j, from + ld * j, ld, k, 4L * padded);
    }
    for (; j < width; j++) {
      for (int p = 0; p < k; p++) {
        set(to + 4 * ((long) p * padded + j), get(from + ld * j + 4L * p));
      }
    }
    pad(to, k, width, padded);
  }

  private static void pad(long to, int k, int width, int padded) {
    for (int p = 0; p < k && width < padded; p++) {
      zero(to + 4 * ((long) p * padded + width), padded - width);
    }
  }

  /// Two rows become two columns, two by two elements at a time in general registers.
  private static void twoRows(long to, long from, long ld, int k, long ldTo) {
    long second = from + ld;
    int p = 0;
    for (; p <= k - 2; p += 2) {
      long x = ALL.get(PAIR, from + 4L * p);
      long y = ALL.get(PAIR, second + 4L * p);
      ALL.set(PAIR, to + ldTo * p, (x & LOW) | (y << 32));
      ALL.set(PAIR, to + ldTo * p + ldTo, (x >>> 32) | (y & ~LOW));
    }
    if (p < k) {
      set(to + ldTo * p, get(from + 4L * p));
      set(to + ldTo * p + 4, get(second + 4L * p));
    }
  }
}
