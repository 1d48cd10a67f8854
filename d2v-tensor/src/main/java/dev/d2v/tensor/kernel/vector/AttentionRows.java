package dev.d2v.tensor.kernel.vector;

import static jdk.incubator.vector.FloatVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Softmax and its derivative on one row of scores, striped: it begins at `at` and goes on `stripe`
/// floats later after each [Striped#STRIPE] columns. `columns` is a multiple of the lanes; `mask`
/// is added to every score and minus infinity where there is no key.
final class AttentionRows {
  private static final int V = Lanes.F.length();
  private static final int STRIPE = Striped.STRIPE;

  /// Below this e^x is taken as 0: the next smaller results would be denormal, and slow.
  private static final float LOWEST = -87f;

  // As in VectorMath.exp.
  private static final float LOG2_E = 1.442695f;
  private static final float LN2_HIGH = 0.6933594f;
  private static final float LN2_LOW = -2.1219444e-04f;
  private static final float ROUND = 12582912f;

  private AttentionRows() {}

  private static FloatVector load(float[] x, int at) {
    return FloatVector.fromArray(Lanes.F, x, at);
  }

  private static FloatVector splat(float value) {
    return FloatVector.broadcast(Lanes.F, value);
  }

  /// `s = e^(s - shift)` for arguments up to 80, 0 below -87: [VectorMath#exp] without its last
  /// steps, which only serve other arguments.
  ///
  /// The polynomial stands in the loop and not in a method of its own: compiled alone, that method
  /// would not be inlined, and its vectors would go through the heap.
  private static void exponentials(float[] s, int at, int stripe, int columns, float shift) {
    for (int j0 = 0; j0 < columns; j0 += STRIPE) {
      int n = Math.min(STRIPE, columns - j0);
      int a = at + j0 / STRIPE * stripe;
      for (int j = 0; j < n; j += V) {
        FloatVector x = FloatVector.fromArray(Lanes.F, s, a + j).sub(shift);
        VectorMask<Float> zero = x.compare(VectorOperators.LT, LOWEST);
        x = x.blend(LOWEST, zero);
        FloatVector t = x.fma(LOG2_E, ROUND);
        FloatVector m = t.sub(ROUND);
        FloatVector r = m.fma(broadcast(Lanes.F, -LN2_HIGH), x);
        r = m.fma(broadcast(Lanes.F, -LN2_LOW), r);
        FloatVector q = broadcast(Lanes.F, 0.001395049f);
        q = q.fma(r, broadcast(Lanes.F, 0.00836889f));
        q = q.fma(r, broadcast(Lanes.F, 0.041666206f));
        q = q.fma(r, broadcast(Lanes.F, 0.1666652f));
        q = q.fma(r, broadcast(Lanes.F, 0.5f));
        FloatVector p = q.fma(r.mul(r), r).add(1f);
        // m is in the low bits of t; the high ones of ROUND are shifted out
        p.reinterpretAsInts()
            .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
            .reinterpretAsFloats()
            .blend(0f, zero)
            .intoArray(s, a + j);
      }
    }
  }

  /// `s += x`, x dense.
  static void add(float[] s, int at, int stripe, int columns, float[] x, int xAt) {
    for (int j0 = 0; j0 < columns; j0 += STRIPE) {
      int n = Math.min(STRIPE, columns - j0);
      int a = at + j0 / STRIPE * stripe;
      for (int j = 0; j < n; j += V) {
        load(s, a + j).add(load(x, xAt + j0 + j)).intoArray(s, a + j);
      }
    }
  }

  /// `s += mask`, where mask is 0 everywhere but in its last vector.
  static void addLast(float[] s, int at, int stripe, int columns, float[] mask) {
    int j = columns - V;
    int a = at + j / STRIPE * stripe + j % STRIPE;
    load(s, a).add(load(mask, j)).intoArray(s, a);
  }

  /// `s *= factors`.
  static void scale(float[] s, int at, int stripe, int columns, float[] factors) {
    for (int j0 = 0; j0 < columns; j0 += STRIPE) {
      int n = Math.min(STRIPE, columns - j0);
      int a = at + j0 / STRIPE * stripe;
      for (int j = 0; j < n; j += V) {
        load(s, a + j).mul(load(factors, j0 + j)).intoArray(s, a + j);
      }
    }
  }

  /// `max s`.
  static float max(float[] s, int at, int stripe, int columns) {
    FloatVector max = splat(Float.NEGATIVE_INFINITY);
    for (int j0 = 0; j0 < columns; j0 += STRIPE) {
      int n = Math.min(STRIPE, columns - j0);
      int a = at + j0 / STRIPE * stripe;
      for (int j = 0; j < n; j += V) {
        max = larger(load(s, a + j), max);
      }
    }
    max = larger(max.rearrange(VectorMath.HALF), max);
    if (V >= 4) {
      max = larger(max.rearrange(VectorMath.QUARTER), max);
    }
    if (V >= 8) {
      max = larger(max.rearrange(VectorMath.EIGHTH), max);
    }
    if (V >= 16) {
      max = larger(max.rearrange(VectorMath.SIXTEENTH), max);
    }
    return max.lane(0);
  }

  // FloatVector.max takes several times the instructions, for the sake of NaN and -0. A NaN is not
  // larger than anything here and reaches the result through exp.
  private static FloatVector larger(FloatVector x, FloatVector than) {
    return than.blend(x, x.compare(VectorOperators.GT, than));
  }

  /// `s = exp(s - max)`; gives the sum of the row.
  static float exp(float[] s, int at, int stripe, int columns, float max) {
    exponentials(s, at, stripe, columns, max);
    FloatVector sum = splat(0);
    for (int j0 = 0; j0 < columns; j0 += STRIPE) {
      int n = Math.min(STRIPE, columns - j0);
      int a = at + j0 / STRIPE * stripe;
      for (int j = 0; j < n; j += V) {
        sum = sum.add(load(s, a + j));
      }
    }
    return VectorMath.sum(sum);
  }

  /// `x += ln y` for n floats, and undefined numbers behind them in the last vector.
  static void addLog(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i += V) {
      load(x, i).add(VectorMath.log(load(y, i))).intoArray(x, i);
    }
  }

  /// `p = exp(s - lse)`, `g = p * (g - delta)`, `s = p`.
  static void derivative(
      float[] g, float[] s, int at, int stripe, int columns, float lse, float delta) {
    exponentials(s, at, stripe, columns, lse);
    for (int j0 = 0; j0 < columns; j0 += STRIPE) {
      int n = Math.min(STRIPE, columns - j0);
      int a = at + j0 / STRIPE * stripe;
      for (int j = 0; j < n; j += V) {
        load(s, a + j).mul(load(g, a + j).sub(delta)).intoArray(g, a + j);
      }
    }
  }

  /// With dropout: `p = exp(s - lse)`, `g = p * (g * factors - delta)`, `s = p * factors`.
  static void derivative(
      float[] g,
      float[] s,
      int at,
      int stripe,
      int columns,
      float lse,
      float delta,
      float[] factors) {
    exponentials(s, at, stripe, columns, lse);
    for (int j0 = 0; j0 < columns; j0 += STRIPE) {
      int n = Math.min(STRIPE, columns - j0);
      int a = at + j0 / STRIPE * stripe;
      for (int j = 0; j < n; j += V) {
        FloatVector p = load(s, a + j);
        FloatVector f = load(factors, j0 + j);
        p.mul(f).intoArray(s, a + j);
        p.mul(load(g, a + j).mul(f).sub(delta)).intoArray(g, a + j);
      }
    }
  }
}
