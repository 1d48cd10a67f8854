package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import jdk.incubator.vector.FloatVector;

/// Copies and products of contiguous floats, by address.
final class Packing {
  private Packing() {}

  /// `to[i] = from[i]`, n elements.
  static void copy(long to, long from, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      store(load(from + 4L * i), to + 4L * i);
    }
    for (; i < n; i++) {
      set(to + 4L * i, get(from + 4L * i));
    }
  }

  /// Sum of `x[i] y[i]`, n elements.
  static float dot(long x, long y, int n) {
    FloatVector sums = FloatVector.zero(Lanes.F);
    int i = 0;
    for (; i <= n - V; i += V) {
      sums = load(x + 4L * i).fma(load(y + 4L * i), sums);
    }
    float sum = VectorMath.sum(sums);
    for (; i < n; i++) {
      sum = Math.fma(get(x + 4L * i), get(y + 4L * i), sum);
    }
    return sum;
  }
}
