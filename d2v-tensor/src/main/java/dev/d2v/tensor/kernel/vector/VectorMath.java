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
  private static final float LN2_HIGH = 0.6933594f;
  private static final float LN2_LOW = -2.1219444e-04f;

  // 1.5 * 2^23: adding it rounds to an integer, which is then in its low bits
  private static final float ROUND = 12582912f;

  /// The logarithm of the largest float.
  private static final float EXP_LIMIT = 88.72284f;

  private static final int SIGN = 0x80000000;
  private static final int SQRT_HALF_BITS = 0x3F3504F3;
  private static final float SQRT_TWO = 1.4142135f;

  /// Beyond this gelu(x) is x or 0 to within 4e-7.
  private static final float GELU_LIMIT = 5.25f;

  /// Beyond this gelu'(x) is 1 or 0 to within 7e-7.
  private static final float GELU_DERIVATIVE_LIMIT = 5.5f;

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

  /// The greatest lane; NaN lanes are passed over.
  static float max(FloatVector v) {
    FloatVector m = max(v, v.rearrange(HALF));
    if (Lanes.F.length() >= 4) {
      m = max(m, m.rearrange(QUARTER));
    }
    if (Lanes.F.length() >= 8) {
      m = max(m, m.rearrange(EIGHTH));
    }
    if (Lanes.F.length() >= 16) {
      m = max(m, m.rearrange(SIXTEENTH));
    }
    return m.lane(0);
  }

  /// The greater of two numbers, lane by lane; a where b is NaN. `FloatVector.max` takes several
  /// times as many instructions, to give NaN and order zeros.
  static FloatVector max(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
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
    return exp(splat(x)).lane(0);
  }

  /// `ln x` within 2 ulp; NaN below 0; minus infinity at 0 and at denormal numbers.
  static FloatVector log(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    IntVector e = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
    FloatVector m = bits.sub(e.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
    FloatVector exponent = (FloatVector) e.convertShape(VectorOperators.I2F, Lanes.F, 0);
    FloatVector f = m.sub(1f);
    FloatVector q = splat(0.06746592f);
    q = step(q, f, -0.11675639f);
    q = step(q, f, 0.11888178f);
    q = step(q, f, -0.12405592f);
    q = step(q, f, 0.14219551f);
    q = step(q, f, -0.16667996f);
    q = step(q, f, 0.20002119f);
    q = step(q, f, -0.2500001f);
    q = step(q, f, 0.33333313f);
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
    return log(splat(x)).lane(0);
  }

  /// `tanh x` within 3 ulp: x times a quotient of polynomials in x^2.
  static FloatVector tanh(FloatVector x) {
    FloatVector s = x.mul(x);
    FloatVector p = splat(1.3354396e-8f);
    p = step(p, s, 2.0608886e-5f);
    p = step(p, s, 0.003495576f);
    p = step(p, s, 0.13381016f);
    p = step(p, s, 1f);
    FloatVector q = splat(7.776448e-7f);
    q = step(q, s, 3.2856152e-4f);
    q = step(q, s, 0.025876937f);
    q = step(q, s, 0.4671433f);
    q = step(q, s, 1f);
    FloatVector y = p.mul(x).div(q);
    y = y.blend(1f, x.compare(VectorOperators.GT, 9f));
    return y.blend(-1f, x.compare(VectorOperators.LT, -9f));
  }

  /// As [#tanh(FloatVector)].
  static float tanh(float x) {
    return tanh(splat(x)).lane(0);
  }

  /// `1 / (1 + e^-x)` within 1.5e-7.
  static FloatVector sigmoid(FloatVector x) {
    return splat(1f).div(exp(x.neg()).add(1f));
  }

  /// As [#sigmoid(FloatVector)].
  static float sigmoid(float x) {
    return sigmoid(splat(x)).lane(0);
  }

  /// The b in [-1/4,1/4] with `cos(2 pi v) = sin(2 pi b)`, exactly; v in [0,1) with 24 bits.
  static FloatVector cosTurn(FloatVector v) {
    return v.sub(0.5f).abs().sub(0.25f);
  }

  /// The b in [-1/4,1/4] with `sin(2 pi v) = sin(2 pi b)`, exactly; v in [0,1) with 24 bits.
  static FloatVector sinTurn(FloatVector v) {
    FloatVector e = splat(0.5f).sub(v);
    return copySign(splat(0.25f).sub(e.abs().sub(0.25f).abs()), e);
  }

  private static FloatVector copySign(FloatVector magnitude, FloatVector sign) {
    IntVector bits = sign.reinterpretAsInts().and(SIGN);
    return magnitude.reinterpretAsInts().or(bits).reinterpretAsFloats();
  }

  /// `sin(2 pi b)` within 3e-7, b in [-1/4,1/4].
  static FloatVector sinOfTurn(FloatVector b) {
    FloatVector s = b.mul(b);
    FloatVector q = splat(-14.394303f);
    q = step(q, s, 42.00983f);
    q = step(q, s, -76.704285f);
    q = step(q, s, 81.605225f);
    q = step(q, s, -41.3417f);
    q = step(q, s, 6.2831855f);
    return q.mul(b);
  }

  /// `erf x` within 4e-7.
  static FloatVector erf(FloatVector x) {
    FloatVector z = x.mul(SQRT_TWO);
    FloatVector h = halfErf(z);
    FloatVector y = h.add(h);
    y = y.blend(1f, z.compare(VectorOperators.GT, GELU_LIMIT));
    return y.blend(-1f, z.compare(VectorOperators.LT, -GELU_LIMIT));
  }

  /// As [#erf(FloatVector)].
  static float erf(float x) {
    return erf(splat(x)).lane(0);
  }

  /// `gelu(x) = x Phi(x)` within 4e-7 * max(1, |x|).
  static FloatVector gelu(FloatVector x) {
    FloatVector y = x.fma(halfErf(x), x.mul(0.5f));
    y = y.blend(x, x.compare(VectorOperators.GT, GELU_LIMIT));
    return y.blend(0f, x.compare(VectorOperators.LT, -GELU_LIMIT));
  }

  /// As [#gelu(FloatVector)].
  static float gelu(float x) {
    return gelu(splat(x)).lane(0);
  }

  /// `Phi(x) - 1/2 = erf(x / sqrt 2) / 2` for |x| up to [#GELU_LIMIT]: x times a polynomial in x^2,
  /// in the variable `t = x^2 * 2/limit^2 - 1` in [-1,1], where its coefficients are small and
  /// nothing cancels.
  private static FloatVector halfErf(FloatVector x) {
    FloatVector t = x.mul(x).fma(splat(0.07256236f), splat(-1f));
    FloatVector p = splat(2.548441e-04f);
    p = step(p, t, -6.6893676e-04f);
    p = step(p, t, 6.207886e-04f);
    p = step(p, t, -0.0010042699f);
    p = step(p, t, 0.0029422191f);
    p = step(p, t, -0.0054867486f);
    p = step(p, t, 0.008390552f);
    p = step(p, t, -0.012755648f);
    p = step(p, t, 0.018546075f);
    p = step(p, t, -0.025046736f);
    p = step(p, t, 0.032030523f);
    p = step(p, t, -0.03976292f);
    p = step(p, t, 0.049645826f);
    p = step(p, t, -0.06712683f);
    p = step(p, t, 0.13465935f);
    return p.mul(x);
  }

  /// `gelu'(x) = Phi(x) + x phi(x)` within 8e-7: 1/2 plus x times a polynomial in x^2, as
  /// [#halfErf(FloatVector)].
  static FloatVector geluDerivative(FloatVector x) {
    FloatVector t = x.mul(x).fma(splat(0.0661157f), splat(-1f));
    FloatVector p = splat(0.0023631516f);
    p = step(p, t, -0.005898594f);
    p = step(p, t, 0.0031826328f);
    p = step(p, t, -0.0029825708f);
    p = step(p, t, 0.017794453f);
    p = step(p, t, -0.032591667f);
    p = step(p, t, 0.038675193f);
    p = step(p, t, -0.04974371f);
    p = step(p, t, 0.06543882f);
    p = step(p, t, -0.07416519f);
    p = step(p, t, 0.07419915f);
    p = step(p, t, -0.06862087f);
    p = step(p, t, 0.06031919f);
    p = step(p, t, -0.05374538f);
    p = step(p, t, 0.05366506f);
    p = step(p, t, -0.06573968f);
    p = step(p, t, 0.1287592f);
    FloatVector y = x.fma(p, splat(0.5f));
    y = y.blend(1f, x.compare(VectorOperators.GT, GELU_DERIVATIVE_LIMIT));
    return y.blend(0f, x.compare(VectorOperators.LT, -GELU_DERIVATIVE_LIMIT));
  }

  /// As [#geluDerivative(FloatVector)].
  static float geluDerivative(float x) {
    return geluDerivative(splat(x)).lane(0);
  }
}
