package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Floats.get;
import static dev.d2v.tensor.kernel.vector.Floats.load;
import static dev.d2v.tensor.kernel.vector.Floats.set;
import static dev.d2v.tensor.kernel.vector.Floats.splat;
import static dev.d2v.tensor.kernel.vector.Floats.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// The loops of [VectorNorm] over one row, which stays in the first-level cache from pass to pass.
final class NormRows {
  private NormRows() {}

  /// `y = (x - m) * s`.
  static void normalise(MemorySegment y, MemorySegment x, long at, int C, float m, float s) {
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      store(load(x, a).sub(m).mul(s), y, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      set(y, a, (get(x, a) - m) * s);
    }
  }

  /// `y = (x - m) * s * gamma + beta`.
  static void affine(
      MemorySegment y,
      MemorySegment x,
      long at,
      int C,
      float m,
      float s,
      MemorySegment gamma,
      MemorySegment beta) {
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      FloatVector xhat = load(x, a).sub(m).mul(s);
      store(xhat.fma(load(gamma, 4L * c), load(beta, 4L * c)), y, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      set(y, a, Math.fma((get(x, a) - m) * s, get(gamma, 4L * c), get(beta, 4L * c)));
    }
  }

  /// `y = gelu((x - m) * s)`.
  static void gelu(MemorySegment y, MemorySegment x, long at, int C, float m, float s) {
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      store(VectorMath.gelu(load(x, a).sub(m).mul(s)), y, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      set(y, a, VectorMath.gelu((get(x, a) - m) * s));
    }
  }

  /// `sum of g * xhat`, `xhat = (x - m) * s`.
  static float dotXhat(MemorySegment g, MemorySegment x, long at, int C, float m, float s) {
    FloatVector sums = splat(0);
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      sums = load(g, a).fma(load(x, a).sub(m).mul(s), sums);
    }
    float sum = VectorMath.sum(sums);
    for (; c < C; c++) {
      long a = at + 4L * c;
      sum = Math.fma(get(g, a), (get(x, a) - m) * s, sum);
    }
    return sum;
  }

  /// `sum of gamma * dy * xhat`; adds `dy * xhat` to the C floats at `sums` and `dy` to the C
  /// floats behind them.
  static float dotXhatAndColumns(
      MemorySegment dy,
      MemorySegment x,
      long at,
      int C,
      float m,
      float s,
      MemorySegment gamma,
      MemorySegment partial,
      long sums) {
    FloatVector dots = splat(0);
    int c = 0;
    for (; c <= C - W; c += W) {
      long forGamma = sums + 4L * c;
      long forBeta = forGamma + 4L * C;
      FloatVector d = load(dy, at + 4L * c);
      FloatVector p = load(x, at + 4L * c).sub(m).mul(s).mul(d);
      dots = p.fma(load(gamma, 4L * c), dots);
      store(p.add(load(partial, forGamma)), partial, forGamma);
      store(d.add(load(partial, forBeta)), partial, forBeta);
    }
    float dot = VectorMath.sum(dots);
    for (; c < C; c++) {
      long forGamma = sums + 4L * c;
      long forBeta = forGamma + 4L * C;
      float d = get(dy, at + 4L * c);
      float p = (get(x, at + 4L * c) - m) * s * d;
      dot = Math.fma(p, get(gamma, 4L * c), dot);
      set(partial, forGamma, p + get(partial, forGamma));
      set(partial, forBeta, d + get(partial, forBeta));
    }
    return dot;
  }

  /// `dx = s * (dy - meanG - xhat * meanGx) + addend`, not affine.
  static void backward(
      MemorySegment dx,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int C,
      float m,
      float s,
      float meanG,
      float meanGx,
      @Nullable MemorySegment addend) {
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      FloatVector xhat = load(x, a).sub(m).mul(s);
      FloatVector d = xhat.fma(splat(-meanGx), load(dy, a).sub(meanG)).mul(s);
      store(addend == null ? d : d.add(load(addend, a)), dx, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      float d = Math.fma((get(x, a) - m) * s, -meanGx, get(dy, a) - meanG) * s;
      set(dx, a, addend == null ? d : d + get(addend, a));
    }
  }

  /// `dx = s * (gamma * dy - meanG - xhat * meanGx) + addend`.
  static void affineBackward(
      MemorySegment dx,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int C,
      float m,
      float s,
      float meanG,
      float meanGx,
      MemorySegment gamma,
      @Nullable MemorySegment addend) {
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      FloatVector xhat = load(x, a).sub(m).mul(s);
      FloatVector g = load(dy, a).fma(load(gamma, 4L * c), splat(-meanG));
      FloatVector d = xhat.fma(splat(-meanGx), g).mul(s);
      store(addend == null ? d : d.add(load(addend, a)), dx, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      float g = Math.fma(get(dy, a), get(gamma, 4L * c), -meanG);
      float d = Math.fma((get(x, a) - m) * s, -meanGx, g) * s;
      set(dx, a, addend == null ? d : d + get(addend, a));
    }
  }

  /// `dx = dy * gelu'((x - m) * s)`.
  static void geluBackward(
      MemorySegment dx, MemorySegment dy, MemorySegment x, long at, int C, float m, float s) {
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      store(VectorMath.geluDerivative(load(x, a).sub(m).mul(s)).mul(load(dy, a)), dx, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      set(dx, a, VectorMath.geluDerivative((get(x, a) - m) * s) * get(dy, a));
    }
  }

  /// `sums += (x - means)^2`, column by column.
  static void addSquares(
      MemorySegment sums,
      long at,
      MemorySegment x,
      long xAt,
      MemorySegment means,
      long meansAt,
      int columns) {
    int c = 0;
    for (; c <= columns - W; c += W) {
      FloatVector d = load(x, xAt + 4L * c).sub(load(means, meansAt + 4L * c));
      store(d.fma(d, load(sums, at + 4L * c)), sums, at + 4L * c);
    }
    for (; c < columns; c++) {
      float d = get(x, xAt + 4L * c) - get(means, meansAt + 4L * c);
      set(sums, at + 4L * c, Math.fma(d, d, get(sums, at + 4L * c)));
    }
  }

  /// `y = (x - means) * rstds`, column by column; the rstds are in `stats` behind the means.
  static void normaliseColumns(
      MemorySegment y, MemorySegment x, long at, MemorySegment stats, long rstds, int columns) {
    int c = 0;
    for (; c <= columns - W; c += W) {
      FloatVector d = load(x, at + 4L * c).sub(load(stats, 4L * c));
      store(d.mul(load(stats, rstds + 4L * c)), y, at + 4L * c);
    }
    for (; c < columns; c++) {
      float d = get(x, at + 4L * c) - get(stats, 4L * c);
      set(y, at + 4L * c, d * get(stats, rstds + 4L * c));
    }
  }

  /// `y = exp(x - max) / sum`.
  static void softmax(MemorySegment y, MemorySegment x, long at, int C) {
    float max = max(x, at, C);
    float sum = exponentials(y, x, at, C, max);
    Floats.scale(y, at, y, at, 1 / sum, C);
  }

  private static float max(MemorySegment x, long at, int C) {
    FloatVector best = splat(Float.NEGATIVE_INFINITY);
    int c = 0;
    for (; c <= C - W; c += W) {
      best = VectorMath.max(best, load(x, at + 4L * c));
    }
    float max = VectorMath.max(best);
    for (; c < C; c++) {
      max = Math.max(max, get(x, at + 4L * c));
    }
    return max;
  }

  /// `y = exp(x - max)`; returns the sum.
  private static float exponentials(MemorySegment y, MemorySegment x, long at, int C, float max) {
    FloatVector sums = splat(0);
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      FloatVector e = VectorMath.exp(load(x, a).sub(max));
      sums = sums.add(e);
      store(e, y, a);
    }
    float sum = VectorMath.sum(sums);
    for (; c < C; c++) {
      long a = at + 4L * c;
      float e = VectorMath.exp(get(x, a) - max);
      sum += e;
      set(y, a, e);
    }
    return sum;
  }

  /// `dx = y * (dy - sum(dy * y))`.
  static void softmaxBackward(MemorySegment dx, MemorySegment dy, MemorySegment y, long at, int C) {
    FloatVector dots = splat(0);
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      dots = load(dy, a).fma(load(y, a), dots);
    }
    float dot = VectorMath.sum(dots);
    for (; c < C; c++) {
      long a = at + 4L * c;
      dot = Math.fma(get(dy, a), get(y, a), dot);
    }
    for (c = 0; c <= C - W; c += W) {
      long a = at + 4L * c;
      store(load(dy, a).sub(dot).mul(load(y, a)), dx, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      set(dx, a, (get(dy, a) - dot) * get(y, a));
    }
  }
}
