package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/// GELU and its derivative over contiguous floats, by address.
///
/// `Phi(x) - 1/2 = erf(x / sqrt 2) / 2` is x times a polynomial in x^2, written in the variable `t
/// = x^2 * 2/limit^2 - 1` in [-1,1], where its coefficients are small and nothing cancels; the
/// derivative less 1/2 likewise.
///
/// Each loop calls nothing but the Vector API: a method of our own as large as a polynomial is
/// compiled alone and then not inlined, and every vector that goes in or out is put on the heap.
final class Gelu {
  private static final int V = F.length();

  /// Beyond it gelu(x) is x or 0 in F32.
  private static final float LIMIT = 5.25f;

  /// Beyond it gelu'(x) is 1 or 0 in F32.
  private static final float DERIVATIVE_LIMIT = 5.5f;

  // Of erf: E_SCALE = 2/LIMIT^2.
  private static final float E_SCALE = 0.07256236f;
  private static final float E14 = 2.548441e-04f;
  private static final float E13 = -6.6893676e-04f;
  private static final float E12 = 6.207886e-04f;
  private static final float E11 = -0.0010042699f;
  private static final float E10 = 0.0029422191f;
  private static final float E9 = -0.0054867486f;
  private static final float E8 = 0.008390552f;
  private static final float E7 = -0.012755648f;
  private static final float E6 = 0.018546075f;
  private static final float E5 = -0.025046736f;
  private static final float E4 = 0.032030523f;
  private static final float E3 = -0.03976292f;
  private static final float E2 = 0.049645826f;
  private static final float E1 = -0.06712683f;
  private static final float E0 = 0.13465935f;

  // Of the derivative: D_SCALE = 2/DERIVATIVE_LIMIT^2.
  private static final float D_SCALE = 0.0661157f;
  private static final float D16 = 0.0023631516f;
  private static final float D15 = -0.005898594f;
  private static final float D14 = 0.0031826328f;
  private static final float D13 = -0.0029825708f;
  private static final float D12 = 0.017794453f;
  private static final float D11 = -0.032591667f;
  private static final float D10 = 0.038675193f;
  private static final float D9 = -0.04974371f;
  private static final float D8 = 0.06543882f;
  private static final float D7 = -0.07416519f;
  private static final float D6 = 0.07419915f;
  private static final float D5 = -0.06862087f;
  private static final float D4 = 0.06031919f;
  private static final float D3 = -0.05374538f;
  private static final float D2 = 0.05366506f;
  private static final float D1 = -0.06573968f;
  private static final float D0 = 0.1287592f;

  private Gelu() {}

  /// `y = gelu(x) = x Phi(x)` within 4e-7 * max(1, |x|), for n floats.
  static void forward(long y, long x, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector v = fromMemorySegment(F, ALL, x + 4L * i, ORDER);
      FloatVector t = v.mul(v).fma(broadcast(F, E_SCALE), broadcast(F, -1f));
      FloatVector p = broadcast(F, E14);
      p = t.fma(p, broadcast(F, E13));
      p = t.fma(p, broadcast(F, E12));
      p = t.fma(p, broadcast(F, E11));
      p = t.fma(p, broadcast(F, E10));
      p = t.fma(p, broadcast(F, E9));
      p = t.fma(p, broadcast(F, E8));
      p = t.fma(p, broadcast(F, E7));
      p = t.fma(p, broadcast(F, E6));
      p = t.fma(p, broadcast(F, E5));
      p = t.fma(p, broadcast(F, E4));
      p = t.fma(p, broadcast(F, E3));
      p = t.fma(p, broadcast(F, E2));
      p = t.fma(p, broadcast(F, E1));
      p = t.fma(p, broadcast(F, E0));
      FloatVector g = v.fma(p.mul(v), v.mul(0.5f));
      g = g.blend(v, v.compare(GT, LIMIT)).blend(0f, v.compare(LT, -LIMIT));
      g.intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      Native.set(y + 4L * i, value(Native.get(x + 4L * i)));
    }
  }

  /// As [#forward].
  static float value(float x) {
    if (x > LIMIT) {
      return x;
    }
    float t = Math.fma(x * x, E_SCALE, -1f);
    float p = E14;
    p = Math.fma(p, t, E13);
    p = Math.fma(p, t, E12);
    p = Math.fma(p, t, E11);
    p = Math.fma(p, t, E10);
    p = Math.fma(p, t, E9);
    p = Math.fma(p, t, E8);
    p = Math.fma(p, t, E7);
    p = Math.fma(p, t, E6);
    p = Math.fma(p, t, E5);
    p = Math.fma(p, t, E4);
    p = Math.fma(p, t, E3);
    p = Math.fma(p, t, E2);
    p = Math.fma(p, t, E1);
    p = Math.fma(p, t, E0);
    return x < -LIMIT ? 0f : Math.fma(x, p * x, x * 0.5f);
  }

  /// `dx = dy gelu'(x)`, `gelu'(x) = Phi(x) + x phi(x)` within 8e-7, for n floats; dx may be dy.
  static void backward(long dx, long dy, long x, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector v = fromMemorySegment(F, ALL, x + 4L * i, ORDER);
      FloatVector t = v.mul(v).fma(broadcast(F, D_SCALE), broadcast(F, -1f));
      FloatVector p = broadcast(F, D16);
      p = t.fma(p, broadcast(F, D15));
      p = t.fma(p, broadcast(F, D14));
      p = t.fma(p, broadcast(F, D13));
      p = t.fma(p, broadcast(F, D12));
      p = t.fma(p, broadcast(F, D11));
      p = t.fma(p, broadcast(F, D10));
      p = t.fma(p, broadcast(F, D9));
      p = t.fma(p, broadcast(F, D8));
      p = t.fma(p, broadcast(F, D7));
      p = t.fma(p, broadcast(F, D6));
      p = t.fma(p, broadcast(F, D5));
      p = t.fma(p, broadcast(F, D4));
      p = t.fma(p, broadcast(F, D3));
      p = t.fma(p, broadcast(F, D2));
      p = t.fma(p, broadcast(F, D1));
      p = t.fma(p, broadcast(F, D0));
      FloatVector g = v.fma(p, broadcast(F, 0.5f));
      g = g.blend(1f, v.compare(GT, DERIVATIVE_LIMIT));
      g = g.blend(0f, v.compare(LT, -DERIVATIVE_LIMIT));
      g.mul(fromMemorySegment(F, ALL, dy + 4L * i, ORDER))
          .intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      float g = derivative(Native.get(x + 4L * i));
      Native.set(dx + 4L * i, g * Native.get(dy + 4L * i));
    }
  }

  /// `gelu'(x)` as in [#backward].
  static float derivative(float x) {
    if (x > DERIVATIVE_LIMIT) {
      return 1f;
    }
    float t = Math.fma(x * x, D_SCALE, -1f);
    float p = D16;
    p = Math.fma(p, t, D15);
    p = Math.fma(p, t, D14);
    p = Math.fma(p, t, D13);
    p = Math.fma(p, t, D12);
    p = Math.fma(p, t, D11);
    p = Math.fma(p, t, D10);
    p = Math.fma(p, t, D9);
    p = Math.fma(p, t, D8);
    p = Math.fma(p, t, D7);
    p = Math.fma(p, t, D6);
    p = Math.fma(p, t, D5);
    p = Math.fma(p, t, D4);
    p = Math.fma(p, t, D3);
    p = Math.fma(p, t, D2);
    p = Math.fma(p, t, D1);
    p = Math.fma(p, t, D0);
    return x < -DERIVATIVE_LIMIT ? 0f : Math.fma(x, p, 0.5f);
  }
}
