package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.I;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.d2v.tensor.kernel.StoredMatrix;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The rows of a [StoredMatrix] by address, and how a product packs them: widened to F32, and
/// turned so that [GemmTile] finds `w(.,p)` in a vector. Four bytes, or two halves, are moved as
/// one word: that is a quarter, or half, of the moves that a matrix of floats takes, and its memory
/// traffic.
///
/// @param values address of the first row
/// @param scale address of the rows' factors; 0: the values are BF16
/// @param k values of a row
record StoredRows(long values, long scale, int k) {
  /// Bytes of a buffer for [#panel]: the words of BF16 rows, and a vector of factors.
  static final long BUFFER_BYTES = 4L * V * GemmTile.DEPTH / 2 + 4L * V;

  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED;

  static StoredRows of(StoredMatrix w, int k) {
    return new StoredRows(
        Native.address(w.values()), w.scale() == null ? 0 : Native.address(w.scale()), k);
  }

  /// Whether the values are I8 rather than BF16.
  boolean int8() {
    return scale != 0;
  }

  /// Where a value lies.
  long at(long row, long p) {
    return values + (row * k + p) * (int8() ? 1 : 2);
  }

  /// `w(row,p)`.
  float get(long row, long p) {
    long at = at(row, p);
    return int8()
        ? ALL.get(ValueLayout.JAVA_BYTE, at) * Native.get(scale + 4 * row)
        : Float.intBitsToFloat(ALL.get(HALF, at) << 16);
  }

  /// A panel of `w^T`: `to[at + q * WIDTH + i] = w(from + i, p + q)` for q below `depth`, i below
  /// `width`, zeros behind.
  ///
  /// @param buffer of the thread's own
  void panel(float[] to, int at, int from, int p, int depth, int width, long buffer) {
    int each = int8() ? 4 : 2;
    int words = depth / each;
    for (int j = 0; j < width; j += V) {
      int rows = Math.min(V, width - j);
      turn(buffer, at(from + j, p), (long) k * (4 / each), words, rows);
      if (int8()) {
        long factors = buffer + 4L * V * words;
        for (int i = 0; i < rows; i++) {
          Native.set(factors + 4L * i, Native.get(scale + 4L * (from + j + i)));
        }
        bytes(to, at + j, buffer, words, factors);
      } else {
        halves(to, at + j, buffer, words);
      }
      for (int q = words * each; q < depth; q++) {
        for (int i = 0; i < rows; i++) {
          to[at + q * WIDTH + j + i] = get(from + j + i, p + q);
        }
      }
    }
    GemmPacking.pad(to, at, depth, width);
  }

  /// Words of rows, `ld` bytes apart, one from each row behind the other; what is missing of V rows
  /// stays undefined.
  private static void turn(long to, long from, long ld, int words, int rows) {
    for (int q = 0; q < words; q++) {
      long word = from + 4L * q;
      long out = to + 4L * V * q;
      for (int i = 0; i < rows; i++) {
        ALL.set(Native.INT, out + 4L * i, ALL.get(WORD, word + ld * i));
      }
    }
  }

  private static void bytes(float[] to, int at, long from, int words, long factors) {
    FloatVector factor = Native.load(factors);
    for (int q = 0; q < words; q++) {
      IntVector x = IntVector.fromMemorySegment(I, ALL, from + 4L * V * q, ORDER);
      int row = at + 4 * q * WIDTH;
      floats(x.lanewise(LSHL, 24)).mul(factor).intoArray(to, row);
      floats(x.lanewise(LSHL, 16)).mul(factor).intoArray(to, row + WIDTH);
      floats(x.lanewise(LSHL, 8)).mul(factor).intoArray(to, row + 2 * WIDTH);
      floats(x).mul(factor).intoArray(to, row + 3 * WIDTH);
    }
  }

  /// The signed uppermost bytes.
  private static FloatVector floats(IntVector x) {
    return (FloatVector) x.lanewise(ASHR, 24).convertShape(I2F, F, 0);
  }

  private static void halves(float[] to, int at, long from, int words) {
    for (int q = 0; q < words; q++) {
      IntVector x = IntVector.fromMemorySegment(I, ALL, from + 4L * V * q, ORDER);
      int row = at + 2 * q * WIDTH;
      x.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(to, row);
      x.and(0xffff_0000).reinterpretAsFloats().intoArray(to, row + WIDTH);
    }
  }

  /// `to[i] = w(row,i)` for the whole row, to an address.
  void row(long to, long row) {
    int i = 0;
    if (!int8()) {
      for (; i <= k - V; i += V) {
        Native.store(Widening.halves(at(row, i)), to + 4L * i);
      }
    } else if (Widening.HAS_BYTES) {
      FloatVector factor = FloatVector.broadcast(F, Native.get(scale + 4 * row));
      for (; i <= k - V; i += V) {
        Native.store(Widening.bytes(at(row, i)).mul(factor), to + 4L * i);
      }
    }
    for (; i < k; i++) {
      Native.set(to + 4L * i, get(row, i));
    }
  }
}
