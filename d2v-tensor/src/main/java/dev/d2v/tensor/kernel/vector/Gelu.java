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
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/// GELU and its derivative over contiguous floats, by address.
///
/// `Phi(x) - 1/2 = erf(x / sqrt 2) / 2` is x times a polynomial in x^2, written in the variable `t
/// = x^2 * 2/limit^2 - 1` in [-1,1], where its coefficients are small and nothing cancels; the
/// derivative less 1/2 likewise. Even and odd powers of t are added up apart, `p(t^2) + t q(t^2)`,
/// which halves the chain of additions that wait for one another.
///
/// The loops end at an address that they must meet, and not at one that they must not exceed: such
/// a loop is not unrolled, which would take more registers than there are, and every step of a
/// polynomial would load its coefficient.
///
/// Each loop calls nothing but the Vector API: a method of our own as large as a polynomial is
/// compiled alone and then not inlined, and every vector that goes in or out is put on the heap.
final class Gelu {
  private static final int V = F.length();

  /// From the vectors of a block to the further ones.
  private static final long MORE = NormPasses.MORE_LANES - NormPasses.LANES;

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
    int i = n / V * V;
    long end = 4L * i;
    for (long at = 0; at != end; at += BYTES) {
      FloatVector v = fromMemorySegment(F, ALL, known(x + at), ORDER);
      FloatVector t = v.mul(v).fma(broadcast(F, E_SCALE), broadcast(F, -1f));
      FloatVector u = t.mul(t);
      FloatVector p = broadcast(F, E14);
      FloatVector q = broadcast(F, E13);
      p = u.fma(p, broadcast(F, E12));
      q = u.fma(q, broadcast(F, E11));
      p = u.fma(p, broadcast(F, E10));
      q = u.fma(q, broadcast(F, E9));
      p = u.fma(p, broadcast(F, E8));
      q = u.fma(q, broadcast(F, E7));
      p = u.fma(p, broadcast(F, E6));
      q = u.fma(q, broadcast(F, E5));
      p = u.fma(p, broadcast(F, E4));
      q = u.fma(q, broadcast(F, E3));
      p = u.fma(p, broadcast(F, E2));
      q = u.fma(q, broadcast(F, E1));
      p = u.fma(p, broadcast(F, E0));
      p = t.fma(q, p);
      FloatVector g = v.fma(p.mul(v), v.mul(0.5f));
      g = g.blend(v, v.compare(GT, LIMIT)).blend(0f, v.compare(LT, -LIMIT));
      g.intoMemorySegment(ALL, known(y + at), ORDER);
    }
    for (; i < n; i++) {
      Native.set(known(y) + offset(i), value(Native.get(known(x) + offset(i))));
    }
  }

  /// As [#forward].
  static float value(float x) {
    if (x > LIMIT) {
      return x;
    }
    float t = Math.fma(x * x, E_SCALE, -1f);
    float u = t * t;
    float p = E14;
    float q = E13;
    p = Math.fma(u, p, E12);
    q = Math.fma(u, q, E11);
    p = Math.fma(u, p, E10);
    q = Math.fma(u, q, E9);
    p = Math.fma(u, p, E8);
    q = Math.fma(u, q, E7);
    p = Math.fma(u, p, E6);
    q = Math.fma(u, q, E5);
    p = Math.fma(u, p, E4);
    q = Math.fma(u, q, E3);
    p = Math.fma(u, p, E2);
    q = Math.fma(u, q, E1);
    p = Math.fma(u, p, E0);
    p = Math.fma(t, q, p);
    return x < -LIMIT ? 0f : Math.fma(x, p * x, x * 0.5f);
  }

  /// `dx = dy gelu'(x)`, `gelu'(x) = Phi(x) + x phi(x)` within 8e-7, for n floats; dx may be dy.
  static void backward(long dx, long dy, long x, int n) {
    int i = n / V * V;
    long end = 4L * i;
    for (long at = 0; at != end; at += BYTES) {
      FloatVector v = fromMemorySegment(F, ALL, known(x + at), ORDER);
      FloatVector t = v.mul(v).fma(broadcast(F, D_SCALE), broadcast(F, -1f));
      FloatVector u = t.mul(t);
      FloatVector p = broadcast(F, D16);
      FloatVector q = broadcast(F, D15);
      p = u.fma(p, broadcast(F, D14));
      q = u.fma(q, broadcast(F, D13));
      p = u.fma(p, broadcast(F, D12));
      q = u.fma(q, broadcast(F, D11));
      p = u.fma(p, broadcast(F, D10));
      q = u.fma(q, broadcast(F, D9));
      p = u.fma(p, broadcast(F, D8));
      q = u.fma(q, broadcast(F, D7));
      p = u.fma(p, broadcast(F, D6));
      q = u.fma(q, broadcast(F, D5));
      p = u.fma(p, broadcast(F, D4));
      q = u.fma(q, broadcast(F, D3));
      p = u.fma(p, broadcast(F, D2));
      q = u.fma(q, broadcast(F, D1));
      p = u.fma(p, broadcast(F, D0));
      p = t.fma(q, p);
      FloatVector g = v.fma(p, broadcast(F, 0.5f));
      g = g.blend(1f, v.compare(GT, DERIVATIVE_LIMIT));
      g = g.blend(0f, v.compare(LT, -DERIVATIVE_LIMIT));
      g.mul(fromMemorySegment(F, ALL, known(dy + at), ORDER))
          .intoMemorySegment(ALL, known(dx + at), ORDER);
    }
    for (; i < n; i++) {
      float g = derivative(Native.get(known(x) + offset(i)));
      Native.set(known(dx) + offset(i), g * Native.get(known(dy) + offset(i)));
    }
  }

  /// `gelu'(x)` as in [#backward].
  static float derivative(float x) {
    if (x > DERIVATIVE_LIMIT) {
      return 1f;
    }
    float t = Math.fma(x * x, D_SCALE, -1f);
    float u = t * t;
    float p = D16;
    float q = D15;
    p = Math.fma(u, p, D14);
    q = Math.fma(u, q, D13);
    p = Math.fma(u, p, D12);
    q = Math.fma(u, q, D11);
    p = Math.fma(u, p, D10);
    q = Math.fma(u, q, D9);
    p = Math.fma(u, p, D8);
    q = Math.fma(u, q, D7);
    p = Math.fma(u, p, D6);
    q = Math.fma(u, q, D5);
    p = Math.fma(u, p, D4);
    q = Math.fma(u, q, D3);
    p = Math.fma(u, p, D2);
    q = Math.fma(u, q, D1);
    p = Math.fma(u, p, D0);
    p = Math.fma(t, q, p);
    return x < -DERIVATIVE_LIMIT ? 0f : Math.fma(x, p, 0.5f);
  }

  /// `y = gelu((x - mean) * rstd) + addend`. Rows of the addend are `addendRow` bytes apart.
  static void normForward(
      long y, long x, long addend, long addendRow, long row, int n, int C, long means, long rstds) {
    for (int r = 0; r < n; r++) {
      float mean = Native.get(known(means) + offset(r));
      float rstd = Native.get(known(rstds) + offset(r));
      FloatVector m = broadcast(F, mean);
      FloatVector s = broadcast(F, rstd);
      long to = known(y + r * row);
      long from = known(x + r * row);
      long rest = known(addend + r * addendRow);
      int c = C / V * V;
      long end = 4L * c;
      for (long at = 0; at != end; at += BYTES) {
        FloatVector v = fromMemorySegment(F, ALL, known(from + at), ORDER).sub(m).mul(s);
        FloatVector t = v.mul(v).fma(broadcast(F, E_SCALE), broadcast(F, -1f));
        FloatVector u = t.mul(t);
        FloatVector p = broadcast(F, E14);
        FloatVector q = broadcast(F, E13);
        p = u.fma(p, broadcast(F, E12));
        q = u.fma(q, broadcast(F, E11));
        p = u.fma(p, broadcast(F, E10));
        q = u.fma(q, broadcast(F, E9));
        p = u.fma(p, broadcast(F, E8));
        q = u.fma(q, broadcast(F, E7));
        p = u.fma(p, broadcast(F, E6));
        q = u.fma(q, broadcast(F, E5));
        p = u.fma(p, broadcast(F, E4));
        q = u.fma(q, broadcast(F, E3));
        p = u.fma(p, broadcast(F, E2));
        q = u.fma(q, broadcast(F, E1));
        p = u.fma(p, broadcast(F, E0));
        p = t.fma(q, p);
        FloatVector g = v.fma(p.mul(v), v.mul(0.5f));
        g = g.blend(v, v.compare(GT, LIMIT)).blend(0f, v.compare(LT, -LIMIT));
        g.add(fromMemorySegment(F, ALL, known(rest + at), ORDER))
            .intoMemorySegment(ALL, known(to + at), ORDER);
      }
      for (; c < C; c++) {
        float g = value((Native.get(from + offset(c)) - mean) * rstd);
        Native.set(to + offset(c), g + Native.get(rest + offset(c)));
      }
    }
  }

  /// `g = dy * gelu'(xhat)`, and for each row a vector of sums of g and, behind those of all rows,
  /// of `g * xhat`; g may be dy.
  static void normBackward(
      long lanes, long g, long dy, long x, long row, int n, int C, long means, long rstds) {
    for (int r = 0; r < n; r++) {
      float mean = Native.get(known(means) + offset(r));
      float rstd = Native.get(known(rstds) + offset(r));
      FloatVector m = broadcast(F, mean);
      FloatVector s = broadcast(F, rstd);
      // before the polynomial: behind it the compiler inlines nothing but the Vector API
      long lane = known(lanes) + offset(V * r);
      FloatVector sums = zero(F);
      FloatVector dots = zero(F);
      long from = known(x + r * row);
      long gradient = known(dy + r * row);
      long to = known(g + r * row);
      int c = C / V * V;
      long end = 4L * c;
      for (long at = 0; at != end; at += BYTES) {
        FloatVector v = fromMemorySegment(F, ALL, known(from + at), ORDER).sub(m).mul(s);
        FloatVector t = v.mul(v).fma(broadcast(F, D_SCALE), broadcast(F, -1f));
        FloatVector u = t.mul(t);
        FloatVector p = broadcast(F, D16);
        FloatVector q = broadcast(F, D15);
        p = u.fma(p, broadcast(F, D14));
        q = u.fma(q, broadcast(F, D13));
        p = u.fma(p, broadcast(F, D12));
        q = u.fma(q, broadcast(F, D11));
        p = u.fma(p, broadcast(F, D10));
        q = u.fma(q, broadcast(F, D9));
        p = u.fma(p, broadcast(F, D8));
        q = u.fma(q, broadcast(F, D7));
        p = u.fma(p, broadcast(F, D6));
        q = u.fma(q, broadcast(F, D5));
        p = u.fma(p, broadcast(F, D4));
        q = u.fma(q, broadcast(F, D3));
        p = u.fma(p, broadcast(F, D2));
        q = u.fma(q, broadcast(F, D1));
        p = u.fma(p, broadcast(F, D0));
        p = t.fma(q, p);
        FloatVector d = v.fma(p, broadcast(F, 0.5f));
        d = d.blend(1f, v.compare(GT, DERIVATIVE_LIMIT));
        d = d.blend(0f, v.compare(LT, -DERIVATIVE_LIMIT));
        d = d.mul(fromMemorySegment(F, ALL, known(gradient + at), ORDER));
        d.intoMemorySegment(ALL, known(to + at), ORDER);
        sums = sums.add(d);
        dots = d.fma(v, dots);
      }
      sums.intoMemorySegment(ALL, lane, ORDER);
      dots.intoMemorySegment(ALL, lane + MORE, ORDER);
      for (; c < C; c++) {
        float v = (Native.get(from + offset(c)) - mean) * rstd;
        float d = derivative(v) * Native.get(gradient + offset(c));
        Native.set(to + offset(c), d);
        NormRows.add(lanes + BYTES * r, c, d);
        NormRows.add(lanes + MORE + BYTES * r, c, d * v);
      }
    }
  }
}
