package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.I;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Widening.B;
import static dev.d2v.tensor.kernel.vector.Widening.S;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.d2v.tensor.kernel.StoredMatrix;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// The rows of a [StoredMatrix] by address, and how a product packs them: widened to F32, and
/// turned so that [GemmTile] finds `w(.,p)` in a vector. Eight bytes are moved at once before they
/// are widened, or two halves, as a float is moved: a fraction of the moves that a matrix of floats
/// takes, and of its memory traffic.
///
/// @param values address of the first row
/// @param scale address of the rows' factors; 0: the values are BF16
/// @param k values of a row
record StoredRows(long values, long scale, int k) {
  /// Bytes of a buffer for [#panel]: the turned values of I8 rows and a vector of factors.
  static final long BUFFER_BYTES = (long) V * GemmTile.DEPTH + 4L * V;

  /// Bytes that are moved at once.
  private static final int BYTES = 8;

  private static final int UPPER_HALF = 0xffff_0000;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED;

  /// Even lanes before odd ones, and the halves of a vector exchanged.
  private static final VectorShuffle<Integer> EVEN_FIRST =
      VectorShuffle.fromOp(I, lane -> 2 * lane % V + 2 * lane / V);

  private static final VectorShuffle<Integer> EXCHANGED =
      VectorShuffle.fromOp(I, lane -> (lane + V / 2) % V);
  private static final VectorMask<Integer> FIRST_HALF = VectorMask.fromLong(I, (1L << (V / 2)) - 1);

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
    int whole = depth / (int8() ? BYTES : 2 * V) * (int8() ? BYTES : 2 * V);
    for (int j = 0; j < width; j += V) {
      int rows = Math.min(V, width - j);
      if (int8()) {
        long factors = buffer + (long) V * whole;
        turn(buffer, at(from + j, p), k, whole / BYTES, rows);
        for (int i = 0; i < rows; i++) {
          Native.set(factors + 4L * i, Native.get(scale + 4L * (from + j + i)));
        }
        bytes(to, at + j, buffer, whole / BYTES, factors);
      } else {
        for (int q = 0; q < whole; q += 2 * V) {
          int row = at + q * WIDTH + j;
          Transpose.rows(to, row, 2 * WIDTH, at(from + j, p + q), 2L * k, rows, V, 1);
          halves(to, row);
        }
      }
      for (int q = whole; q < depth; q++) {
        for (int i = 0; i < rows; i++) {
          to[at + q * WIDTH + j + i] = get(from + j + i, p + q);
        }
      }
    }
    GemmPacking.pad(to, at, depth, width);
  }

  /// Longs of rows, `ld` bytes apart, one from each of V rows behind the other; of rows that are
  /// missing they stay undefined.
  private static void turn(long to, long from, long ld, int longs, int rows) {
    int whole = rows / 4 * 4;
    for (int i = 0; i < whole; i += 4) {
      turn4(to + 8L * i, from + ld * i, ld, longs);
    }
    for (int i = whole; i < rows; i++) {
      for (int q = 0; q < longs; q++) {
        ALL.set(LONG, to + 8L * i + 8L * V * q, ALL.get(LONG, from + ld * i + 8L * q));
      }
    }
  }

  private static void turn4(long to, long from, long ld, int longs) {
    for (int q = 0; q < longs; q++) {
      long out = to + 8L * V * q;
      long in = from + 8L * q;
      ALL.set(LONG, out, ALL.get(LONG, in));
      ALL.set(LONG, out + 8, ALL.get(LONG, in + ld));
      ALL.set(LONG, out + 16, ALL.get(LONG, in + 2 * ld));
      ALL.set(LONG, out + 24, ALL.get(LONG, in + 3 * ld));
    }
  }

  /// Straight-line code: a helper that the compiler has compiled on its own is not inlined, and
  /// then vectors are objects.
  private static void bytes(float[] to, int at, long from, int longs, long factors) {
    FloatVector f = Native.load(factors);
    for (int q = 0; q < longs; q++) {
      long in = from + 8L * V * q;
      IntVector x = IntVector.fromMemorySegment(I, ALL, in, ORDER).rearrange(EVEN_FIRST);
      IntVector y = IntVector.fromMemorySegment(I, ALL, in + 4L * V, ORDER).rearrange(EVEN_FIRST);
      // the lower words of the longs, then the upper ones
      IntVector u = y.rearrange(EXCHANGED).blend(x, FIRST_HALF);
      IntVector v = y.blend(x.rearrange(EXCHANGED), FIRST_HALF);
      int row = at + 8 * q * WIDTH;
      ((FloatVector) u.lanewise(LSHL, 24).lanewise(ASHR, 24).convertShape(I2F, F, 0))
          .mul(f)
          .intoArray(to, row);
      ((FloatVector) u.lanewise(LSHL, 16).lanewise(ASHR, 24).convertShape(I2F, F, 0))
          .mul(f)
          .intoArray(to, row + WIDTH);
      ((FloatVector) u.lanewise(LSHL, 8).lanewise(ASHR, 24).convertShape(I2F, F, 0))
          .mul(f)
          .intoArray(to, row + 2 * WIDTH);
      ((FloatVector) u.lanewise(ASHR, 24).convertShape(I2F, F, 0))
          .mul(f)
          .intoArray(to, row + 3 * WIDTH);
      ((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convertShape(I2F, F, 0))
          .mul(f)
          .intoArray(to, row + 4 * WIDTH);
      ((FloatVector) v.lanewise(LSHL, 16).lanewise(ASHR, 24).convertShape(I2F, F, 0))
          .mul(f)
          .intoArray(to, row + 5 * WIDTH);
      ((FloatVector) v.lanewise(LSHL, 8).lanewise(ASHR, 24).convertShape(I2F, F, 0))
          .mul(f)
          .intoArray(to, row + 6 * WIDTH);
      ((FloatVector) v.lanewise(ASHR, 24).convertShape(I2F, F, 0))
          .mul(f)
          .intoArray(to, row + 7 * WIDTH);
    }
  }

  /// Every other one of 2 V rows is a vector of pairs of halves, in place to floats: the lower
  /// halves stay in the row, the upper ones go to the next.
  private static void halves(float[] to, int at) {
    for (int i = 0; i < V; i++) {
      int row = at + 2 * i * WIDTH;
      IntVector pair = FloatVector.fromArray(F, to, row).reinterpretAsInts();
      pair.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(to, row);
      pair.and(UPPER_HALF).reinterpretAsFloats().intoArray(to, row + WIDTH);
    }
  }

  /// `to[i] = w(row,i)` for the whole row, to an address. The loops call nothing of ours that takes
  /// or gives vectors: where a model has few such rows it might not be inlined.
  void row(long to, long row) {
    long from = at(row, 0);
    int i = 0;
    if (!int8()) {
      for (; i <= k - V; i += V) {
        ((IntVector)
                ShortVector.fromMemorySegment(S, ALL, from + 2L * i, ORDER).convertShape(S2I, I, 0))
            .lanewise(LSHL, 16)
            .reinterpretAsFloats()
            .intoMemorySegment(ALL, to + 4L * i, ORDER);
      }
    } else if (Widening.HAS_BYTES) {
      float factor = Native.get(scale + 4 * row);
      for (; i <= k - V; i += V) {
        ((FloatVector)
                ByteVector.fromMemorySegment(B, ALL, from + i, ORDER).convertShape(B2F, F, 0))
            .mul(factor)
            .intoMemorySegment(ALL, to + 4L * i, ORDER);
      }
    }
    for (; i < k; i++) {
      Native.set(to + 4L * i, get(row, i));
    }
  }
}
