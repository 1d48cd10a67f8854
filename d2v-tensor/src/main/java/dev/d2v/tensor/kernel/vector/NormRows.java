package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Floats.get;
import static dev.d2v.tensor.kernel.vector.Floats.load;
import static dev.d2v.tensor.kernel.vector.Floats.set;
import static dev.d2v.tensor.kernel.vector.Floats.splat;
import static dev.d2v.tensor.kernel.vector.Floats.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The loops of [VectorNorm] over blocks of rows, which stay in the first-level cache from pass to
/// pass. One pass goes over all rows of a block, because the sums of different rows don't wait for
/// one another.
///
/// A block begins at byte `at` of x and y and has n rows; its means and rstds begin at byte
/// `statsAt`.
final class NormRows {
  private NormRows() {}

  /// `1 / sqrt(sum of squared deviations / divisor + eps)` of the rows of x.
  static void rstds(
      MemorySegment rstds,
      MemorySegment means,
      long statsAt,
      MemorySegment x,
      long at,
      int n,
      int C,
      int divisor,
      float eps) {
    for (int r = 0; r < n; r++) {
      float mean = get(means, statsAt + 4L * r);
      float variance = Floats.squares(x, at + 4L * r * C, C, mean) / divisor;
      set(rstds, statsAt + 4L * r, rstd(variance, eps));
    }
  }

  static float rstd(float variance, float eps) {
    return (float) (1 / Math.sqrt((double) variance + eps));
  }

  /// Means of the rows of x.
  static void means(MemorySegment means, long statsAt, MemorySegment x, long at, int n, int C) {
    for (int r = 0; r < n; r++) {
      set(means, statsAt + 4L * r, Floats.sum(x, at + 4L * r * C, C) / C);
    }
  }

  /// `y = (x - mean) * rstd`.
  static void normalise(
      MemorySegment y,
      long yAt,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment means,
      MemorySegment rstds,
      long statsAt) {
    for (int r = 0; r < n; r++) {
      float m = get(means, statsAt + 4L * r);
      float s = get(rstds, statsAt + 4L * r);
      normaliseRow(y, yAt + 4L * r * C, x, at + 4L * r * C, C, m, s);
    }
  }

  /// `y = (x - mean) * rstd * gamma + beta`.
  static void affine(
      MemorySegment y,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment means,
      MemorySegment rstds,
      long statsAt,
      MemorySegment gamma,
      MemorySegment beta) {
    for (int r = 0; r < n; r++) {
      float m = get(means, statsAt + 4L * r);
      float s = get(rstds, statsAt + 4L * r);
      affineRow(y, x, at + 4L * r * C, C, m, s, gamma, beta);
    }
  }

  /// `y = (x - m) * s`.
  private static void normaliseRow(
      MemorySegment y, long yAt, MemorySegment x, long at, int C, float m, float s) {
    int c = 0;
    for (; c <= C - W; c += W) {
      store(load(x, at + 4L * c).sub(m).mul(s), y, yAt + 4L * c);
    }
    for (; c < C; c++) {
      set(y, yAt + 4L * c, (get(x, at + 4L * c) - m) * s);
    }
  }

  /// `y = (x - m) * s * gamma + beta`.
  private static void affineRow(
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

  /// Means of `g * xhat`.
  static void dotXhat(
      MemorySegment dots,
      MemorySegment g,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment means,
      MemorySegment rstds,
      long statsAt) {
    for (int r = 0; r < n; r++) {
      float m = get(means, statsAt + 4L * r);
      float s = get(rstds, statsAt + 4L * r);
      set(dots, 4L * r, dotXhatRow(g, x, at + 4L * r * C, C, m, s) / C);
    }
  }

  /// Means of `gamma * dy`.
  static void dotGamma(
      MemorySegment dots, MemorySegment dy, long at, int n, int C, MemorySegment gamma) {
    for (int r = 0; r < n; r++) {
      set(dots, 4L * r, Floats.dot(dy, at + 4L * r * C, gamma, 0, C) / C);
    }
  }

  /// Means of `gamma * dy * xhat`; adds the columns' `dy * xhat` to the C floats at `sums` and `dy`
  /// to the C floats behind them.
  static void dotXhatAndColumns(
      MemorySegment dots,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment means,
      MemorySegment rstds,
      long statsAt,
      MemorySegment gamma,
      MemorySegment partial,
      long sums) {
    for (int r = 0; r < n; r++) {
      float m = get(means, statsAt + 4L * r);
      float s = get(rstds, statsAt + 4L * r);
      long row = at + 4L * r * C;
      set(dots, 4L * r, dotXhatAndColumnsRow(dy, x, row, C, m, s, gamma, partial, sums) / C);
    }
  }

  /// `dx = rstd * (dy - meanG - xhat * meanGx)`.
  static void backward(
      MemorySegment dx,
      long dxAt,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment means,
      MemorySegment rstds,
      long statsAt,
      MemorySegment meansG,
      MemorySegment meansGx) {
    for (int r = 0; r < n; r++) {
      float m = get(means, statsAt + 4L * r);
      float s = get(rstds, statsAt + 4L * r);
      float g = get(meansG, 4L * r);
      long row = 4L * r * C;
      backwardRow(dx, dxAt + row, dy, x, at + row, C, m, s, g, get(meansGx, 4L * r));
    }
  }

  /// `dx = rstd * (gamma * dy - meanG - xhat * meanGx)`.
  static void affineBackward(
      MemorySegment dx,
      long dxAt,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment means,
      MemorySegment rstds,
      long statsAt,
      MemorySegment meansG,
      MemorySegment meansGx,
      MemorySegment gamma) {
    for (int r = 0; r < n; r++) {
      float m = get(means, statsAt + 4L * r);
      float s = get(rstds, statsAt + 4L * r);
      float g = get(meansG, 4L * r);
      long row = 4L * r * C;
      affineBackwardRow(dx, dxAt + row, dy, x, at + row, C, m, s, g, get(meansGx, 4L * r), gamma);
    }
  }

  /// `sum of g * xhat`, `xhat = (x - m) * s`.
  private static float dotXhatRow(
      MemorySegment g, MemorySegment x, long at, int C, float m, float s) {
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
  private static float dotXhatAndColumnsRow(
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

  private static void backwardRow(
      MemorySegment dx,
      long dxAt,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int C,
      float m,
      float s,
      float meanG,
      float meanGx) {
    int c = 0;
    for (; c <= C - W; c += W) {
      FloatVector xhat = load(x, at + 4L * c).sub(m).mul(s);
      FloatVector g = load(dy, at + 4L * c).sub(meanG);
      store(xhat.fma(splat(-meanGx), g).mul(s), dx, dxAt + 4L * c);
    }
    for (; c < C; c++) {
      float xhat = (get(x, at + 4L * c) - m) * s;
      float g = get(dy, at + 4L * c) - meanG;
      set(dx, dxAt + 4L * c, Math.fma(xhat, -meanGx, g) * s);
    }
  }

  private static void affineBackwardRow(
      MemorySegment dx,
      long dxAt,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int C,
      float m,
      float s,
      float meanG,
      float meanGx,
      MemorySegment gamma) {
    int c = 0;
    for (; c <= C - W; c += W) {
      FloatVector xhat = load(x, at + 4L * c).sub(m).mul(s);
      FloatVector g = load(dy, at + 4L * c).fma(load(gamma, 4L * c), splat(-meanG));
      store(xhat.fma(splat(-meanGx), g).mul(s), dx, dxAt + 4L * c);
    }
    for (; c < C; c++) {
      float xhat = (get(x, at + 4L * c) - m) * s;
      float g = Math.fma(get(dy, at + 4L * c), get(gamma, 4L * c), -meanG);
      set(dx, dxAt + 4L * c, Math.fma(xhat, -meanGx, g) * s);
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

  /// The greatest element of every row.
  static void maxima(MemorySegment maxima, MemorySegment x, long at, int n, int C) {
    for (int r = 0; r < n; r++) {
      set(maxima, 4L * r, max(x, at + 4L * r * C, C));
    }
  }

  /// `y = exp(x - max)`.
  static void exponentials(
      MemorySegment y, MemorySegment x, long at, int n, int C, MemorySegment maxima) {
    for (int r = 0; r < n; r++) {
      exponentialsRow(y, x, at + 4L * r * C, C, get(maxima, 4L * r));
    }
  }

  /// `y = y / sum`.
  static void toUnitSum(MemorySegment y, long at, int n, int C) {
    for (int r = 0; r < n; r++) {
      long row = at + 4L * r * C;
      Floats.scale(y, row, y, row, 1 / Floats.sum(y, row, C), C);
    }
  }

  private static float max(MemorySegment x, long at, int C) {
    FloatVector best = splat(Float.NEGATIVE_INFINITY);
    int c = 0;
    for (; c <= C - W; c += W) {
      best = best.max(load(x, at + 4L * c));
    }
    float max = best.reduceLanes(VectorOperators.MAX);
    for (; c < C; c++) {
      max = Math.max(max, get(x, at + 4L * c));
    }
    return max;
  }

  /// `y = exp(x - max)`.
  private static void exponentialsRow(MemorySegment y, MemorySegment x, long at, int C, float max) {
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      store(VectorMath.exp(load(x, a).sub(max)), y, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      set(y, a, VectorMath.exp(get(x, a) - max));
    }
  }

  /// Sums of `dy * y` of the rows.
  static void dots(MemorySegment dots, MemorySegment dy, MemorySegment y, long at, int n, int C) {
    for (int r = 0; r < n; r++) {
      long row = at + 4L * r * C;
      set(dots, 4L * r, Floats.dot(dy, row, y, row, C));
    }
  }

  /// `dx = y * (dy - dot)`.
  static void softmaxBackward(
      MemorySegment dx,
      MemorySegment dy,
      MemorySegment y,
      long at,
      int n,
      int C,
      MemorySegment dots) {
    for (int r = 0; r < n; r++) {
      softmaxBackwardRow(dx, dy, y, at + 4L * r * C, C, get(dots, 4L * r));
    }
  }

  private static void softmaxBackwardRow(
      MemorySegment dx, MemorySegment dy, MemorySegment y, long at, int C, float dot) {
    int c = 0;
    for (; c <= C - W; c += W) {
      long a = at + 4L * c;
      store(load(dy, a).sub(dot).mul(load(y, a)), dx, a);
    }
    for (; c < C; c++) {
      long a = at + 4L * c;
      set(dx, a, (get(dy, a) - dot) * get(y, a));
    }
  }
}
