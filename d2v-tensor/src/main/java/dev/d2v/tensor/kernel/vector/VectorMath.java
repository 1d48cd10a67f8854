package dev.d2v.tensor.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/// Functions on vectors from polynomials alone: no tables, no library calls, the same bits on every
/// platform, at every width and before and after compilation. Each has a twin on one float, for
/// tails, with the same bits.
///
/// A compiler gives up inlining within one method after some forty or fifty vector operations, and
/// then allocates every vector: a loop calls one of these functions, and little else.
///
/// Bounds are those of the tests, over dense sweeps against double precision. An ulp is 2^-23 of
/// the result.
final class VectorMath {
  private static final float LOG2_E = 1.442695f;

  // ln 2 = high + low, high with so few bits that n * high is exact for every exponent n
  static final float LN2_HIGH = 0.6933594f;
  static final float LN2_LOW = -2.1219444e-04f;

  // 1.5 * 2^23: adding it rounds to an integer, which is then in its low bits
  private static final float ROUND = 12582912f;

  /// The logarithm of the largest float.
  private static final float EXP_LIMIT = 88.72284f;

  static final int SQRT_HALF_BITS = 0x3F3504F3;

  // Of ln(1+f) = f - f^2/2 + f^3 (L0 + L1 f + ...), 1+f between the roots of 1/2 and 2.
  static final float L8 = 0.06746592f;
  static final float L7 = -0.11675639f;
  static final float L6 = 0.11888178f;
  static final float L5 = -0.12405592f;
  static final float L4 = 0.14219551f;
  static final float L3 = -0.16667996f;
  static final float L2 = 0.20002119f;
  static final float L1 = -0.2500001f;
  static final float L0 = 0.33333313f;

  static final VectorShuffle<Float> HALF = rotate(Lanes.F.length() / 2);
  static final VectorShuffle<Float> QUARTER = rotate(Lanes.F.length() / 4);
  static final VectorShuffle<Float> EIGHTH = rotate(Lanes.F.length() / 8);
  static final VectorShuffle<Float> SIXTEENTH = rotate(Lanes.F.length() / 16);

  private VectorMath() {}

  private static VectorShuffle<Float> rotate(int by) {
    return VectorShuffle.fromOp(Lanes.F, i -> (i + by) % Lanes.F.length());
  }

  private static FloatVector splat(float value) {
    return FloatVector.broadcast(Lanes.F, value);
  }

  /// `p * x + c`: a step of Horner's rule.
  private static FloatVector step(FloatVector p, FloatVector x, float c) {
    return p.fma(x, splat(c));
  }

  /// Sum of the lanes, always in the same order: `reduceLanes` leaves the order open and takes
  /// another one in compiled code than in interpreted code.
  static float sum(FloatVector v) {
    FloatVector s = v.add(v.rearrange(HALF));
    if (Lanes.F.length() >= 4) {
      s = s.add(s.rearrange(QUARTER));
    }
    if (Lanes.F.length() >= 8) {
      s = s.add(s.rearrange(EIGHTH));
    }
    if (Lanes.F.length() >= 16) {
      s = s.add(s.rearrange(SIXTEENTH));
    }
    return s.lane(0);
  }

  /// `e^x` within 2 ulp; 0 where that is below 2.3e-38.
  static FloatVector exp(FloatVector x) {
    FloatVector t = x.fma(splat(LOG2_E), splat(ROUND));
    FloatVector n = t.sub(ROUND);
    FloatVector r = n.fma(splat(-LN2_LOW), n.fma(splat(-LN2_HIGH), x));
    // 2 e^r, times 2^(n-1): so both factors are normal numbers up to the largest result
    FloatVector q = splat(0.002790098f);
    q = step(q, r, 0.016737778f);
    q = step(q, r, 0.08333241f);
    q = step(q, r, 0.33333036f);
    q = step(q, r, 1f);
    q = step(q, r, 2f);
    q = step(q, r, 2f);
    IntVector power = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(126 << 23);
    FloatVector y = q.mul(power.reinterpretAsFloats());
    y = y.blend(0f, x.compare(VectorOperators.LT, -86.7f));
    return y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_LIMIT));
  }

  /// As [#exp(FloatVector)].
  static float exp(float x) {
    float t = Math.fma(x, LOG2_E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float q = 0.002790098f;
    q = Math.fma(q, r, 0.016737778f);
    q = Math.fma(q, r, 0.08333241f);
    q = Math.fma(q, r, 0.33333036f);
    q = Math.fma(q, r, 1f);
    q = Math.fma(q, r, 2f);
    q = Math.fma(q, r, 2f);
    float y = q * Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + (126 << 23));
    if (x < -86.7f) {
      return 0f;
    }
    return x > EXP_LIMIT ? Float.POSITIVE_INFINITY : y;
  }

  /// `ln x` within 2 ulp; NaN below 0; minus infinity at 0 and at denormal numbers.
  static FloatVector log(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    IntVector e = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
    FloatVector m = bits.sub(e.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
    FloatVector exponent = (FloatVector) e.convertShape(VectorOperators.I2F, Lanes.F, 0);
    FloatVector f = m.sub(1f);
    FloatVector q = splat(L8);
    q = step(q, f, L7);
    q = step(q, f, L6);
    q = step(q, f, L5);
    q = step(q, f, L4);
    q = step(q, f, L3);
    q = step(q, f, L2);
    q = step(q, f, L1);
    q = step(q, f, L0);
    FloatVector square = f.mul(f);
    FloatVector rest = exponent.fma(splat(LN2_LOW), square.mul(f).mul(q));
    FloatVector tail = square.fma(splat(-0.5f), rest);
    FloatVector y = exponent.fma(splat(LN2_HIGH), f.add(tail));
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.LT, Float.MIN_NORMAL));
    y = y.blend(Float.NaN, x.compare(VectorOperators.LT, 0f));
    // what is left are infinity and NaN, their own logarithms
    return x.blend(y, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
  }

  /// As [#log(FloatVector)].
  static float log(float x) {
    int bits = Float.floatToRawIntBits(x);
    int e = (bits - SQRT_HALF_BITS) >> 23;
    float exponent = e;
    float f = Float.intBitsToFloat(bits - (e << 23)) - 1f;
    float q = L8;
    q = Math.fma(q, f, L7);
    q = Math.fma(q, f, L6);
    q = Math.fma(q, f, L5);
    q = Math.fma(q, f, L4);
    q = Math.fma(q, f, L3);
    q = Math.fma(q, f, L2);
    q = Math.fma(q, f, L1);
    q = Math.fma(q, f, L0);
    float square = f * f;
    float rest = Math.fma(exponent, LN2_LOW, square * f * q);
    float y = Math.fma(exponent, LN2_HIGH, f + Math.fma(square, -0.5f, rest));
    if (x < 0f) {
      return Float.NaN;
    }
    if (x < Float.MIN_NORMAL) {
      return Float.NEGATIVE_INFINITY;
    }
    return x < Float.POSITIVE_INFINITY ? y : x;
  }
}
