package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.BYTES;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.known;
import static dev.d2v.tensor.kernel.vector.Native.offset;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The loops of softmax and its backward over the n rows of a block, by address: rows of C floats,
/// `row` bytes apart. As in [NormRows], what is summed over a row stays a vector until the lanes of
/// all rows are reduced.
///
/// Rows are seldom whole vectors (197 tokens), and one exponential takes as long as a vector of
/// them. So the rows are copied to the block, where minus infinity fills their last vectors.
final class SoftmaxRows {
  private static final int V = F.length();

  /// Below this e^x is taken as 0: the next smaller results would be denormal, and slow.
  private static final float LOWEST = -87f;

  // As in VectorMath.exp.
  private static final float LOG2_E = 1.442695f;
  private static final float LN2_HIGH = 0.6933594f;
  private static final float LN2_LOW = -2.1219444e-04f;
  private static final float ROUND = 12582912f;

  private SoftmaxRows() {}

  /// Bytes of a row of whole vectors.
  static long padded(int C) {
    return Math.ceilDiv(C, V) * BYTES;
  }

  /// Copies the rows to the block, and for each row leaves a vector of maxima.
  static void copy(long lanes, long block, long x, long row, int n, int C) {
    for (int r = 0; r < n; r++) {
      long from = known(x + r * row);
      long to = known(block + r * padded(C));
      // FloatVector.max takes several times the instructions, for the sake of NaN and -0
      FloatVector max = broadcast(F, Float.NEGATIVE_INFINITY);
      int c = 0;
      for (; c <= C - V; c += V) {
        FloatVector v = fromMemorySegment(F, ALL, from + offset(c), ORDER);
        max = max.blend(v, v.compare(VectorOperators.GT, max));
        v.intoMemorySegment(ALL, to + offset(c), ORDER);
      }
      if (c < C) {
        broadcast(F, Float.NEGATIVE_INFINITY).intoMemorySegment(ALL, to + offset(c), ORDER);
        for (int i = c; i < C; i++) {
          Native.set(to + offset(i), Native.get(from + offset(i)));
        }
        FloatVector v = fromMemorySegment(F, ALL, to + offset(c), ORDER);
        max = max.blend(v, v.compare(VectorOperators.GT, max));
      }
      max.intoMemorySegment(ALL, known(lanes) + offset(V * r), ORDER);
    }
  }

  /// The greatest lane for each row.
  static void maxima(long maxima, long lanes, int n) {
    for (int r = 0; r < n; r++) {
      FloatVector m = fromMemorySegment(F, ALL, known(lanes) + offset(V * r), ORDER);
      FloatVector other = m.rearrange(VectorMath.HALF);
      m = m.blend(other, other.compare(VectorOperators.GT, m));
      if (V >= 4) {
        other = m.rearrange(VectorMath.QUARTER);
        m = m.blend(other, other.compare(VectorOperators.GT, m));
      }
      if (V >= 8) {
        other = m.rearrange(VectorMath.EIGHTH);
        m = m.blend(other, other.compare(VectorOperators.GT, m));
      }
      if (V >= 16) {
        other = m.rearrange(VectorMath.SIXTEENTH);
        m = m.blend(other, other.compare(VectorOperators.GT, m));
      }
      Native.set(known(maxima) + offset(r), m.lane(0));
    }
  }

  /// In the block, `e^(x - max)`, 0 below -87, and for each row a vector of sums.
  static void exponentials(long lanes, long block, int n, int C, long maxima) {
    for (int r = 0; r < n; r++) {
      long at = known(block + r * padded(C));
      FloatVector max = broadcast(F, Native.get(known(maxima) + offset(r)));
      FloatVector total = zero(F);
      for (int c = 0; c < C; c += V) {
        FloatVector v = fromMemorySegment(F, ALL, at + offset(c), ORDER).sub(max);
        FloatVector t = v.fma(broadcast(F, LOG2_E), broadcast(F, ROUND));
        FloatVector m = t.sub(ROUND);
        FloatVector e = m.fma(broadcast(F, -LN2_HIGH), v);
        e = m.fma(broadcast(F, -LN2_LOW), e);
        FloatVector q = broadcast(F, 0.001395049f);
        q = q.fma(e, broadcast(F, 0.00836889f));
        q = q.fma(e, broadcast(F, 0.041666206f));
        q = q.fma(e, broadcast(F, 0.1666652f));
        q = q.fma(e, broadcast(F, 0.5f));
        q = q.fma(e.mul(e), e).add(1f);
        // m is in the low bits of t; the high ones of ROUND are shifted out
        FloatVector p =
            q.reinterpretAsInts()
                .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats()
                .blend(0f, v.compare(VectorOperators.LT, LOWEST));
        p.intoMemorySegment(ALL, at + offset(c), ORDER);
        total = total.add(p);
      }
      total.intoMemorySegment(ALL, known(lanes) + offset(V * r), ORDER);
    }
  }

  /// `y = block / sum`.
  static void toUnitSum(long y, long row, long block, int n, int C, long sums) {
    for (int r = 0; r < n; r++) {
      long from = known(block + r * padded(C));
      long to = known(y + r * row);
      float factor = 1 / Native.get(known(sums) + offset(r));
      FloatVector f = broadcast(F, factor);
      int c = 0;
      for (; c <= C - V; c += V) {
        fromMemorySegment(F, ALL, from + offset(c), ORDER)
            .mul(f)
            .intoMemorySegment(ALL, to + offset(c), ORDER);
      }
      for (; c < C; c++) {
        Native.set(to + offset(c), Native.get(from + offset(c)) * factor);
      }
    }
  }

  /// For each row a vector of sums of `dy * y`.
  static void dots(long lanes, long dy, long y, long row, int n, int C) {
    for (int r = 0; r < n; r++) {
      long gradient = known(dy + r * row), result = known(y + r * row);
      FloatVector sums = zero(F);
      int c = 0;
      for (; c <= C - V; c += V) {
        FloatVector d = fromMemorySegment(F, ALL, gradient + offset(c), ORDER);
        sums = d.fma(fromMemorySegment(F, ALL, result + offset(c), ORDER), sums);
      }
      sums.intoMemorySegment(ALL, known(lanes) + offset(V * r), ORDER);
      for (; c < C; c++) {
        float product = Native.get(gradient + offset(c)) * Native.get(result + offset(c));
        NormRows.add(lanes + BYTES * r, c, product);
      }
    }
  }

  /// `dx = y * (dy - dot)`.
  static void backward(long dx, long dy, long y, long row, int n, int C, long dots) {
    for (int r = 0; r < n; r++) {
      long gradient = known(dy + r * row), result = known(y + r * row);
      long to = known(dx + r * row);
      float dot = Native.get(known(dots) + offset(r));
      FloatVector s = broadcast(F, dot);
      int c = 0;
      for (; c <= C - V; c += V) {
        FloatVector d = fromMemorySegment(F, ALL, gradient + offset(c), ORDER).sub(s);
        d.mul(fromMemorySegment(F, ALL, result + offset(c), ORDER))
            .intoMemorySegment(ALL, to + offset(c), ORDER);
      }
      for (; c < C; c++) {
        float d = Native.get(gradient + offset(c)) - dot;
        Native.set(to + offset(c), d * Native.get(result + offset(c)));
      }
    }
  }
}
