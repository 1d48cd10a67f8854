package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.FLOAT;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.load;
import static dev.d2v.tensor.kernel.vector.GemmTile.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Copies of matrices in the order in which [GemmTile] reads them. Offsets `at` are in bytes,
/// strides `ld` in elements.
final class Packing {
  /// At most 8 lanes: six floats are copied by one load and one store.
  private static final VectorSpecies<Float> SHORT = V > 8 ? FloatVector.SPECIES_256 : Lanes.F;

  /// Elements that [#columns] writes behind a row, for the next one to overwrite.
  private static final int OVERRUN = 8;

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
    for (; j <= width - 3; j += 3) {
      threeRows(to, toAt + 4L * j, from, at + 4 * ld * j, 4 * ld, k, 4L * padded);
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

  private static void threeRows(
      MemorySegment to, long toAt, MemorySegment from, long at, long ld, int k, long ldTo) {
    long second = at + ld;
    long third = second + ld;
    for (int p = 0; p < k; p++) {
      long q = toAt + ldTo * p;
      set(to, q, get(from, at + 4L * p));
      set(to, q + 4, get(from, second + 4L * p));
      set(to, q + 8, get(from, third + 4L * p));
    }
  }

  /// `rows` rows of k elements as panels of `each` of them, transposed.
  static void rows(
      MemorySegment to, MemorySegment from, long at, long ld, int rows, int each, int k) {
    for (int i = 0; i < rows; i += each) {
      transposed(to, 4L * i * k, from, at + 4 * ld * i, ld, k, Math.min(each, rows - i), each);
    }
  }

  /// Bytes of `count` rows or columns in panels of so many.
  static long bytes(int count, int panel, int k) {
    return 4 * ((long) Math.ceilDiv(count, panel) * panel * k + OVERRUN);
  }

  /// k rows of `columns` elements as panels of `each` columns. Short loads and stores run over the
  /// panel's edge, and the next row or panel writes over it; columns beyond the last are undefined.
  static void columns(
      MemorySegment to, MemorySegment from, long at, long ld, int columns, int each, int k) {
    int over = Math.ceilDiv(each, SHORT.length()) * SHORT.length();
    long end = from.byteSize() - 4L * over;
    for (int j = 0; j < columns; j += each) {
      long q = 4L * j * k;
      for (int p = 0; p < k; p++, q += 4L * each) {
        long source = at + 4 * (ld * p + j);
        if (source <= end) {
          for (int l = 0; l < each; l += SHORT.length()) {
            FloatVector.fromMemorySegment(SHORT, from, source + 4L * l, Lanes.ORDER)
                .intoMemorySegment(to, q + 4L * l, Lanes.ORDER);
          }
        } else {
          copy(to, q, from, source, Math.min(each, columns - j));
        }
      }
    }
  }
}
