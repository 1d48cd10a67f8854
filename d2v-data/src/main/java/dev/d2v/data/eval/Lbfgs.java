package dev.d2v.data.eval;

import java.util.ArrayDeque;
import java.util.Deque;

/// Minimises a smooth function by limited-memory BFGS (Nocedal and Wright, algorithm 7.5) with the
/// last ten corrections, and a line search by bisection for the weak Wolfe conditions.
final class Lbfgs {
  private static final int MEMORY = 10;
  private static final double ARMIJO = 1e-4;
  private static final double CURVATURE = 0.9;
  private static final int MAX_SEARCH = 30;

  private Lbfgs() {}

  /// A function of many numbers.
  @FunctionalInterface
  interface Objective {
    /// Value at `x`; writes its gradient.
    double at(double[] x, double[] gradient);
  }

  /// Where the search ended.
  ///
  /// @param x the point
  /// @param value of the function there
  /// @param gradientMax largest absolute component of the gradient there
  /// @param iterations taken
  record Minimum(double[] x, double value, double gradientMax, int iterations) {}

  private record Correction(double[] step, double[] change, double rho) {}

  /// Starts at `start`; stops when no component of the gradient exceeds `tolerance`, after
  /// `maxIterations`, or when rounding allows no further descent.
  static Minimum minimise(
      Objective objective, double[] start, double tolerance, int maxIterations) {
    int n = start.length;
    double[] x = start.clone();
    double[] gradient = new double[n];
    double value = objective.at(x, gradient);
    double[] nextX = new double[n];
    double[] nextGradient = new double[n];
    Deque<Correction> memory = new ArrayDeque<>();
    int iterations = 0;
    while (iterations < maxIterations && maxAbs(gradient) > tolerance) {
      double[] direction = direction(gradient, memory);
      double slope = dot(direction, gradient);
      double first = memory.isEmpty() ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
      double nextValue = search(objective, x, value, direction, slope, first, nextX, nextGradient);
      if (!(nextValue < value)) {
        break;
      }
      remember(memory, x, gradient, nextX, nextGradient);
      double[] t = x;
      x = nextX;
      nextX = t;
      t = gradient;
      gradient = nextGradient;
      nextGradient = t;
      value = nextValue;
      iterations++;
    }
    return new Minimum(x, value, maxAbs(gradient), iterations);
  }

  /// The two-loop recursion: minus the approximate inverse Hessian times the gradient.
  private static double[] direction(double[] gradient, Deque<Correction> memory) {
    int n = gradient.length;
    double[] q = new double[n];
    for (int i = 0; i < n; i++) {
      q[i] = -gradient[i];
    }
    double[] alpha = new double[memory.size()];
    int k = memory.size();
    for (Correction c : memory.reversed()) {
      alpha[--k] = c.rho * dot(c.step, q);
      axpy(q, -alpha[k], c.change);
    }
    Correction last = memory.peekLast();
    if (last != null) {
      double scale = 1 / (last.rho * dot(last.change, last.change));
      for (int i = 0; i < n; i++) {
        q[i] *= scale;
      }
    }
    for (Correction c : memory) {
      axpy(q, alpha[k] - c.rho * dot(c.change, q), c.step);
      k++;
    }
    return q;
  }

  /// Finds a step with sufficient decrease and a slope that has flattened; writes point and
  /// gradient and returns the value, which is not below `value` when no such step was found.
  private static double search(
      Objective objective,
      double[] x,
      double value,
      double[] direction,
      double slope,
      double first,
      double[] nextX,
      double[] nextGradient) {
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double t = first;
    double nextValue = Double.POSITIVE_INFINITY;
    for (int i = 0; i < MAX_SEARCH; i++) {
      System.arraycopy(x, 0, nextX, 0, x.length);
      axpy(nextX, t, direction);
      nextValue = objective.at(nextX, nextGradient);
      if (!(nextValue <= value + ARMIJO * t * slope)) {
        high = t;
      } else if (dot(nextGradient, direction) < CURVATURE * slope) {
        low = t;
      } else {
        break;
      }
      t = high < Double.POSITIVE_INFINITY ? (low + high) / 2 : 2 * t;
    }
    return nextValue;
  }

  private static void remember(
      Deque<Correction> memory, double[] x, double[] g, double[] nextX, double[] nextG) {
    double[] step = new double[x.length];
    double[] change = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      step[i] = nextX[i] - x[i];
      change[i] = nextG[i] - g[i];
    }
    double curvature = dot(step, change);
    if (curvature > 0) {
      if (memory.size() == MEMORY) {
        memory.removeFirst();
      }
      memory.addLast(new Correction(step, change, 1 / curvature));
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void axpy(double[] y, double a, double[] x) {
    for (int i = 0; i < y.length; i++) {
      y[i] += a * x[i];
    }
  }

  private static double maxAbs(double[] a) {
    double max = 0;
    for (double v : a) {
      max = Math.max(max, Math.abs(v));
    }
    return max;
  }
}
