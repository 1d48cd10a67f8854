package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DISTANCE;
import static dev.d2v.tensor.kernel.vector.GemmTile.HIGH;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Softmax and its derivative for as many queries at a time as a vector has lanes. Scores are
/// transposed: a row is a key, [#ROW] bytes behind the one before, and a lane is a query, so that
/// nothing crosses lanes. All logarithms are to the base 2, and scores come with the factor log2 e:
/// a power of 2 costs six multiply-adds less than one of e.
///
/// The power stands in the loops and not in a method of its own: compiled alone, that method would
/// not be inlined, and its vectors would go through the heap.
final class AttentionSoftmax {
  /// log2 e: the factor of scores.
  static final float LOG2_E = 1.442695f;

  /// Bytes from row to row of scores.
  static final long ROW = 4L * WIDTH;

  private static final float LN_2 = 0.6931472f;

  /// Below this 2^x is taken as 0: the next smaller results would be denormal, and slow.
  private static final float LOWEST = -126f;

  /// 1.5 * 2^23: adding it rounds to an integer, which is then in the low bits.
  private static final float ROUND = 12582912f;

  // 2^r = 1 + r (A1 + r (A2 + ...)) on [-1/2,1/2], within 1e-7 of its value
  private static final float A1 = 0.693147f;
  private static final float A2 = 0.24022242f;
  private static final float A3 = 0.055507336f;
  private static final float A4 = 0.009671513f;
  private static final float A5 = 0.0013264727f;

  private AttentionSoftmax() {}

  /// `max = larger of max and s` over so many keys.
  ///
  /// Compared and blended: `FloatVector.max` takes several times the instructions, for the sake of
  /// NaN and -0. A NaN is not larger than anything here and reaches the result through the power.
  static void largest(float[] max, int at, long s, int keys) {
    FloatVector m0 = fromArray(F, max, at), m1 = m0;
    int j = 0;
    for (; j < keys - 1; j += 2) {
      FloatVector x0 = fromMemorySegment(F, ALL, s + ROW * j, ORDER);
      FloatVector x1 = fromMemorySegment(F, ALL, s + ROW * (j + 1), ORDER);
      m0 = m0.blend(x0, x0.compare(VectorOperators.GT, m0));
      m1 = m1.blend(x1, x1.compare(VectorOperators.GT, m1));
    }
    if (j < keys) {
      FloatVector x = fromMemorySegment(F, ALL, s + ROW * j, ORDER);
      m0 = m0.blend(x, x.compare(VectorOperators.GT, m0));
    }
    m0.blend(m1, m1.compare(VectorOperators.GT, m0)).intoArray(max, at);
  }

  /// `p = 2^(s - shift)` for arguments up to 120, 0 below -126; `sum` gets their sums.
  ///
  /// @param pt where the first key's are in p; the next key's are HIGH behind
  static void exponentials(
      float[] p, int pt, long s, int keys, float[] shift, float[] sum, int at) {
    FloatVector max = fromArray(F, shift, at);
    FloatVector total = zero(F);
    for (int j = 0; j < keys; j++) {
      FloatVector x = fromMemorySegment(F, ALL, s + ROW * j, ORDER).sub(max);
      FloatVector t = x.add(ROUND);
      FloatVector r = x.sub(t.sub(ROUND));
      FloatVector q = broadcast(F, A5).fma(r, broadcast(F, A4));
      q = q.fma(r, broadcast(F, A3));
      q = q.fma(r, broadcast(F, A2));
      q = q.fma(r, broadcast(F, A1));
      q = q.fma(r, broadcast(F, 1f));
      // the integer is in the low bits of t; the high ones of ROUND are shifted out
      FloatVector y =
          q.reinterpretAsInts()
              .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
              .reinterpretAsFloats()
              .blend(0f, x.compare(VectorOperators.LT, LOWEST));
      y.intoArray(p, pt + HIGH * j);
      total = total.add(y);
    }
    total.intoArray(sum, at);
  }

  /// `p = 2^(s - shift)` and `g = factor p (dp - delta)` for at most ROWS keys.
  ///
  /// @param pt where the first key's p is in its strip, the next key's is DISTANCE behind
  /// @param gt where the first key's g is in its strip
  /// @param high where the first key's g is in `columns`, too; the next key's are HIGH behind
  /// @param s address of the first key's scores
  /// @param dp address of the gradients of the first key's probabilities
  /// @param at where the queries are in shifts and deltas
  static void gradients(
      float[] p,
      int pt,
      float[] g,
      int gt,
      float[] columns,
      int high,
      long s,
      long dp,
      int keys,
      float[] shifts,
      float[] deltas,
      int at,
      float scale) {
    FloatVector shift = fromArray(F, shifts, at);
    FloatVector delta = fromArray(F, deltas, at);
    FloatVector factor = broadcast(F, scale);
    for (int j = 0; j < keys; j++) {
      FloatVector x = fromMemorySegment(F, ALL, s + ROW * j, ORDER).sub(shift);
      FloatVector t = x.add(ROUND);
      FloatVector r = x.sub(t.sub(ROUND));
      FloatVector q = broadcast(F, A5).fma(r, broadcast(F, A4));
      q = q.fma(r, broadcast(F, A3));
      q = q.fma(r, broadcast(F, A2));
      q = q.fma(r, broadcast(F, A1));
      q = q.fma(r, broadcast(F, 1f));
      FloatVector y =
          q.reinterpretAsInts()
              .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
              .reinterpretAsFloats()
              .blend(0f, x.compare(VectorOperators.LT, LOWEST));
      y.intoArray(p, pt + DISTANCE * j);
      FloatVector above = fromMemorySegment(F, ALL, dp + ROW * j, ORDER).sub(delta);
      FloatVector ds = y.mul(factor).mul(above);
      ds.intoArray(g, gt + DISTANCE * j);
      ds.intoArray(columns, high + HIGH * j);
    }
  }

  /// `max = 0` where it is minus infinity: no key is seen, and any finite number makes all powers
  /// 0. For n numbers in whole vectors.
  static void finite(float[] max, int n) {
    for (int i = 0; i < n; i += V) {
      FloatVector x = fromArray(F, max, i);
      VectorMask<Float> none = x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY);
      x.blend(0f, none).intoArray(max, i);
    }
  }

  /// `lse = ln 2 shift + ln sum` in place of the shift, `sum = 1 / sum`, or 0 where no key is seen,
  /// for n numbers. They are few, and the logarithm of vectors might not be inlined.
  static void finish(float[] shift, float[] sum, int n) {
    for (int i = 0; i < n; i++) {
      shift[i] = Math.fma(shift[i], LN_2, VectorMath.log(sum[i]));
      sum[i] = sum[i] == 0 ? 0 : 1 / sum[i];
    }
  }

  /// `s += x`, scores at an address and rows of vectors in an array.
  static void add(long s, float[] x, int at, int keys) {
    for (int j = 0; j < keys; j++) {
      FloatVector y = fromMemorySegment(F, ALL, s + ROW * j, ORDER);
      y.add(fromArray(F, x, at + V * j)).intoMemorySegment(ALL, s + ROW * j, ORDER);
    }
  }

  /// `s *= x`, scores at an address and rows of vectors in an array.
  static void scale(long s, float[] x, int at, int keys) {
    for (int j = 0; j < keys; j++) {
      FloatVector y = fromMemorySegment(F, ALL, s + ROW * j, ORDER);
      y.mul(fromArray(F, x, at + V * j)).intoMemorySegment(ALL, s + ROW * j, ORDER);
    }
  }

  /// `p *= x`, rows of p `step` apart, those of x a vector.
  static void scale(float[] p, int pt, int step, float[] x, int at, int keys) {
    for (int j = 0; j < keys; j++) {
      FloatVector y = fromArray(F, p, pt + step * j);
      y.mul(fromArray(F, x, at + V * j)).intoArray(p, pt + step * j);
    }
  }
}
