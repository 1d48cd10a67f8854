package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.d2v.tensor.kernel.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Functions made of `sigmoid(x) = 1/(1 + e^-x)`, over contiguous floats by address: each is
/// `sigmoid(a x + b x^3)`, times x or not. tanh has a series of its own around 0, where `2
/// sigmoid(2x) - 1` cancels.
final class Sigmoids {
  private static final int V = F.length();

  /// `2 sqrt(2/pi)`.
  private static final float TWICE_ROOT = 1.5957692f;

  private static final float CUBE = 0.044715f * TWICE_ROOT;
  private static final float QUICK = 1.702f;

  /// Below it tanh is its series.
  private static final float SERIES = 0.3f;

  private static final float T3 = -1 / 3f;
  private static final float T5 = 2 / 15f;
  private static final float T7 = -17 / 315f;
  private static final float T9 = 62 / 2835f;

  private Sigmoids() {}

  static void forward(Activation f, long y, long x, int n) {
    switch (f) {
      case RELU -> relu(y, x, n);
      case TANH -> tanh(y, x, n);
      case SIGMOID -> sigmoid(y, x, n, 1, 0, false);
      case SILU -> sigmoid(y, x, n, 1, 0, true);
      case GELU_TANH -> sigmoid(y, x, n, TWICE_ROOT, CUBE, true);
      case GELU_SIGMOID -> sigmoid(y, x, n, QUICK, 0, true);
    }
  }

  private static void relu(long y, long x, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      fromMemorySegment(F, ALL, x + 4L * i, ORDER)
          .max(0f)
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      Native.set(y + 4L * i, Math.max(Native.get(x + 4L * i), 0));
    }
  }

  /// `s = sigmoid(a x + b x^3)`, or `x s`. `e^-|u|` never overflows: `s = 1/(1+e)` or `e/(1+e)`.
  private static void sigmoid(long y, long x, int n, float a, float b, boolean times) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector v = fromMemorySegment(F, ALL, x + 4L * i, ORDER);
      FloatVector u = v.mul(v.mul(v).fma(broadcast(F, b), broadcast(F, a)));
      FloatVector e = VectorMath.exp(u.abs().neg());
      FloatVector top = e.blend(1f, u.compare(VectorOperators.GE, 0f));
      FloatVector s = top.div(e.add(1f));
      (times ? s.mul(v) : s).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      float v = Native.get(x + 4L * i);
      float u = v * Math.fma(v * v, b, a);
      float e = VectorMath.exp(-Math.abs(u));
      float s = (u >= 0 ? 1 : e) / (1 + e);
      Native.set(y + 4L * i, times ? s * v : s);
    }
  }

  /// `(1 - e)/(1 + e)`, `e = exp(-2|x|)`, with the sign of x.
  private static void tanh(long y, long x, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector v = fromMemorySegment(F, ALL, x + 4L * i, ORDER);
      FloatVector w = v.mul(v);
      FloatVector p = broadcast(F, T9);
      p = w.fma(p, broadcast(F, T7));
      p = w.fma(p, broadcast(F, T5));
      p = w.fma(p, broadcast(F, T3));
      p = w.fma(p, broadcast(F, 1f)).mul(v);
      FloatVector e = VectorMath.exp(v.abs().mul(-2f));
      FloatVector t = broadcast(F, 1f).sub(e).div(e.add(1f));
      t = t.blend(t.neg(), v.compare(VectorOperators.LT, 0f));
      VectorMask<Float> small = v.abs().compare(VectorOperators.LT, SERIES);
      t.blend(p, small).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      float v = Native.get(x + 4L * i);
      float w = v * v;
      float p = Math.fma(w, Math.fma(w, Math.fma(w, T9, T7), T5), T3);
      float e = VectorMath.exp(-2 * Math.abs(v));
      float t = Math.copySign((1 - e) / (1 + e), v);
      Native.set(y + 4L * i, Math.abs(v) < SERIES ? Math.fma(w, p, 1) * v : t);
    }
  }
}
