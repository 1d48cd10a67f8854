package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Softmax and its derivative for as many queries at a time as a vector has lanes. Scores are
/// transposed: a row is a key, `row` bytes behind the one before, and a lane is a query, so that
/// maxima and sums over keys never cross lanes.
///
/// The exponential is [VectorMath#exp] without its last steps, which only serve arguments above 80.
/// It stands in the loops and not in a method of its own: compiled alone, that method would not be
/// inlined, and its vectors would go through the heap.
final class AttentionSoftmax {
  /// Below this e^x is taken as 0: the next smaller results would be denormal, and slow.
  private static final float LOWEST = -87f;

  // As in VectorMath.exp.
  private static final float LOG2_E = 1.442695f;
  private static final float LN2_HIGH = 0.6933594f;
  private static final float LN2_LOW = -2.1219444e-04f;
  private static final float ROUND = 12582912f;

  private AttentionSoftmax() {}

  /// `shift = max s`, or 0 where that is minus infinity: no key is seen, and any finite number
  /// makes the exponentials 0.
  static void shifts(long shift, long s, long row, int T) {
    FloatVector m0 = broadcast(F, Float.NEGATIVE_INFINITY), m1 = m0, m2 = m0, m3 = m0;
    int j = 0;
    for (; j <= T - 4; j += 4) {
      long at = s + row * j;
      m0 = larger(fromMemorySegment(F, ALL, at, ORDER), m0);
      m1 = larger(fromMemorySegment(F, ALL, at + row, ORDER), m1);
      m2 = larger(fromMemorySegment(F, ALL, at + 2 * row, ORDER), m2);
      m3 = larger(fromMemorySegment(F, ALL, at + 3 * row, ORDER), m3);
    }
    for (; j < T; j++) {
      m0 = larger(fromMemorySegment(F, ALL, s + row * j, ORDER), m0);
    }
    FloatVector max = larger(larger(m0, m1), larger(m2, m3));
    max.blend(0f, max.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY))
        .intoMemorySegment(ALL, shift, ORDER);
  }

  // FloatVector.max takes several times the instructions, for the sake of NaN and -0. A NaN is not
  // larger than anything here and reaches the result through exp.
  private static FloatVector larger(FloatVector x, FloatVector than) {
    return than.blend(x, x.compare(VectorOperators.GT, than));
  }

  /// `s = e^(s - shift)` for arguments up to 80, 0 below -87; `sum` gets their sums.
  static void exponentials(long sum, long s, long row, int T, long shift) {
    FloatVector max = fromMemorySegment(F, ALL, shift, ORDER);
    FloatVector total = zero(F);
    for (int j = 0; j < T; j++) {
      FloatVector x = fromMemorySegment(F, ALL, s + row * j, ORDER).sub(max);
      FloatVector t = x.fma(LOG2_E, ROUND);
      FloatVector m = t.sub(ROUND);
      FloatVector r = m.fma(broadcast(F, -LN2_HIGH), x);
      r = m.fma(broadcast(F, -LN2_LOW), r);
      FloatVector q = broadcast(F, 0.001395049f);
      q = q.fma(r, broadcast(F, 0.00836889f));
      q = q.fma(r, broadcast(F, 0.041666206f));
      q = q.fma(r, broadcast(F, 0.1666652f));
      q = q.fma(r, broadcast(F, 0.5f));
      q = q.fma(r.mul(r), r).add(1f);
      // m is in the low bits of t; the high ones of ROUND are shifted out
      FloatVector p =
          q.reinterpretAsInts()
              .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
              .reinterpretAsFloats()
              .blend(0f, x.compare(VectorOperators.LT, LOWEST));
      p.intoMemorySegment(ALL, s + row * j, ORDER);
      total = total.add(p);
    }
    total.intoMemorySegment(ALL, sum, ORDER);
  }

  /// `s *= factors`.
  static void scale(long s, long factors, long row, int T) {
    for (int j = 0; j < T; j++) {
      FloatVector x = fromMemorySegment(F, ALL, s + row * j, ORDER);
      FloatVector y = fromMemorySegment(F, ALL, factors + row * j, ORDER);
      x.mul(y).intoMemorySegment(ALL, s + row * j, ORDER);
    }
  }

  /// `s *= factor`, a number for each query.
  static void scaleBy(long factor, long s, long row, int T) {
    FloatVector y = fromMemorySegment(F, ALL, factor, ORDER);
    for (int j = 0; j < T; j++) {
      FloatVector x = fromMemorySegment(F, ALL, s + row * j, ORDER);
      x.mul(y).intoMemorySegment(ALL, s + row * j, ORDER);
    }
  }

  /// `lse = shift + ln sum`, `sum = 1 / sum`, or 0 where no key is seen, for n numbers in whole
  /// vectors.
  static void finish(long lse, long sum, long shift, int n) {
    for (int i = 0; i < n; i += F.length()) {
      FloatVector x = fromMemorySegment(F, ALL, sum + 4L * i, ORDER);
      FloatVector y = fromMemorySegment(F, ALL, shift + 4L * i, ORDER);
      y.add(VectorMath.log(x)).intoMemorySegment(ALL, lse + 4L * i, ORDER);
      VectorMask<Float> none = x.compare(VectorOperators.EQ, 0f);
      FloatVector inverse = broadcast(F, 1f).div(x).blend(0f, none);
      inverse.intoMemorySegment(ALL, sum + 4L * i, ORDER);
    }
  }

  /// `shift = 0` where it is minus infinity, for n numbers in whole vectors.
  static void finite(long shift, int n) {
    for (int i = 0; i < n; i += F.length()) {
      FloatVector x = fromMemorySegment(F, ALL, shift + 4L * i, ORDER);
      VectorMask<Float> none = x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY);
      x.blend(0f, none).intoMemorySegment(ALL, shift + 4L * i, ORDER);
    }
  }

  /// `g = factor * p * (g - sum of p * g)`, the sum over keys.
  static void derivative(long g, long p, long row, int T, float factor) {
    FloatVector delta = zero(F);
    for (int j = 0; j < T; j++) {
      FloatVector x = fromMemorySegment(F, ALL, p + row * j, ORDER);
      delta = x.fma(fromMemorySegment(F, ALL, g + row * j, ORDER), delta);
    }
    for (int j = 0; j < T; j++) {
      FloatVector x = fromMemorySegment(F, ALL, p + row * j, ORDER);
      FloatVector y = fromMemorySegment(F, ALL, g + row * j, ORDER).sub(delta);
      x.mul(y).mul(factor).intoMemorySegment(ALL, g + row * j, ORDER);
    }
  }
}
