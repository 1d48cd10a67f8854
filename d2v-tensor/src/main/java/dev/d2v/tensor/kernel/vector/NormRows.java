package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.BYTES;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.known;
import static dev.d2v.tensor.kernel.vector.Native.offset;
import static dev.d2v.tensor.kernel.vector.NormPasses.GROUP;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// The loops of [VectorNorm] over the n rows of a block, by address: rows of C floats, `row` bytes
/// apart.
///
/// Four rows at a time. A short row is a chain of few sums whose latencies nothing hides, and a
/// loop of few steps; four of them fill both. In a last group of fewer the last row stands for
/// those that are missing. Whatever the group, a row is summed in the same order, so its result
/// does not depend on its neighbours.
///
/// Sums of a row stay a vector until [#reduce] adds up its lanes, for all rows of the block, which
/// then don't wait for one another either.
final class NormRows {
  private static final int V = F.length();

  private NormRows() {}

  /// Bytes from the first row of a group to its k-th, or to the last one.
  static long to(int k, int last, long row) {
    return known(Math.min(k, last) * row);
  }

  /// For each row a vector of sums.
  static void sums(long lanes, long x, long row, int n, int C) {
    for (int r = 0; r < n; r += GROUP) {
      int last = n - 1 - r;
      long x0 = known(x + r * row);
      long r1 = to(1, last, row), r2 = to(2, last, row), r3 = to(3, last, row);
      FloatVector s0 = zero(F), s1 = s0, s2 = s0, s3 = s0;
      for (int c = 0; c <= C - V; c += V) {
        long from = x0 + offset(c);
        s0 = s0.add(fromMemorySegment(F, ALL, from, ORDER));
        s1 = s1.add(fromMemorySegment(F, ALL, from + r1, ORDER));
        s2 = s2.add(fromMemorySegment(F, ALL, from + r2, ORDER));
        s3 = s3.add(fromMemorySegment(F, ALL, from + r3, ORDER));
      }
      long lane = known(lanes) + offset(V * r);
      s0.intoMemorySegment(ALL, lane, ORDER);
      s1.intoMemorySegment(ALL, lane + BYTES, ORDER);
      s2.intoMemorySegment(ALL, lane + 2 * BYTES, ORDER);
      s3.intoMemorySegment(ALL, lane + 3 * BYTES, ORDER);
    }
    for (int r = 0; r < n; r++) {
      for (int c = C / V * V; c < C; c++) {
        add(lanes + BYTES * r, c, Native.get(x + r * row + 4L * c));
      }
    }
  }

  /// `sum = x + addend`, and for each row a vector of its sums.
  static void addSums(long lanes, long sum, long x, long addend, long row, int n, int C) {
    for (int r = 0; r < n; r += GROUP) {
      int last = n - 1 - r;
      long r1 = to(1, last, row), r2 = to(2, last, row), r3 = to(3, last, row);
      long x0 = known(x + r * row), a0 = known(addend + r * row), y0 = known(sum + r * row);
      FloatVector s0 = zero(F), s1 = s0, s2 = s0, s3 = s0;
      for (int c = 0; c <= C - V; c += V) {
        long from = x0 + offset(c);
        long other = a0 + offset(c);
        FloatVector v0 = fromMemorySegment(F, ALL, from, ORDER);
        FloatVector v1 = fromMemorySegment(F, ALL, from + r1, ORDER);
        FloatVector v2 = fromMemorySegment(F, ALL, from + r2, ORDER);
        FloatVector v3 = fromMemorySegment(F, ALL, from + r3, ORDER);
        v0 = v0.add(fromMemorySegment(F, ALL, other, ORDER));
        v1 = v1.add(fromMemorySegment(F, ALL, other + r1, ORDER));
        v2 = v2.add(fromMemorySegment(F, ALL, other + r2, ORDER));
        v3 = v3.add(fromMemorySegment(F, ALL, other + r3, ORDER));
        s0 = s0.add(v0);
        s1 = s1.add(v1);
        s2 = s2.add(v2);
        s3 = s3.add(v3);
        long to = y0 + offset(c);
        v0.intoMemorySegment(ALL, to, ORDER);
        v1.intoMemorySegment(ALL, to + r1, ORDER);
        v2.intoMemorySegment(ALL, to + r2, ORDER);
        v3.intoMemorySegment(ALL, to + r3, ORDER);
      }
      long lane = known(lanes) + offset(V * r);
      s0.intoMemorySegment(ALL, lane, ORDER);
      s1.intoMemorySegment(ALL, lane + BYTES, ORDER);
      s2.intoMemorySegment(ALL, lane + 2 * BYTES, ORDER);
      s3.intoMemorySegment(ALL, lane + 3 * BYTES, ORDER);
    }
    for (int r = 0; r < n; r++) {
      for (int c = C / V * V; c < C; c++) {
        long at = r * row + 4L * c;
        float v = Native.get(x + at) + Native.get(addend + at);
        Native.set(sum + at, v);
        add(lanes + BYTES * r, c, v);
      }
    }
  }

  /// For each row a vector of sums of squared deviations from its mean.
  static void squares(long lanes, long x, long row, int n, int C, long means) {
    for (int r = 0; r < n; r += GROUP) {
      int last = n - 1 - r;
      long x0 = known(x + r * row);
      long r1 = to(1, last, row), r2 = to(2, last, row), r3 = to(3, last, row);
      long m = known(means) + offset(r);
      long i1 = to(1, last, 4), i2 = to(2, last, 4), i3 = to(3, last, 4);
      FloatVector m0 = broadcast(F, Native.get(m)), m1 = broadcast(F, Native.get(m + i1));
      FloatVector m2 = broadcast(F, Native.get(m + i2));
      FloatVector m3 = broadcast(F, Native.get(m + i3));
      FloatVector s0 = zero(F), s1 = s0, s2 = s0, s3 = s0;
      for (int c = 0; c <= C - V; c += V) {
        long from = x0 + offset(c);
        FloatVector d0 = fromMemorySegment(F, ALL, from, ORDER).sub(m0);
        FloatVector d1 = fromMemorySegment(F, ALL, from + r1, ORDER).sub(m1);
        FloatVector d2 = fromMemorySegment(F, ALL, from + r2, ORDER).sub(m2);
        FloatVector d3 = fromMemorySegment(F, ALL, from + r3, ORDER).sub(m3);
        s0 = d0.fma(d0, s0);
        s1 = d1.fma(d1, s1);
        s2 = d2.fma(d2, s2);
        s3 = d3.fma(d3, s3);
      }
      long lane = known(lanes) + offset(V * r);
      s0.intoMemorySegment(ALL, lane, ORDER);
      s1.intoMemorySegment(ALL, lane + BYTES, ORDER);
      s2.intoMemorySegment(ALL, lane + 2 * BYTES, ORDER);
      s3.intoMemorySegment(ALL, lane + 3 * BYTES, ORDER);
    }
    for (int r = 0; r < n; r++) {
      for (int c = C / V * V; c < C; c++) {
        float d = Native.get(x + r * row + 4L * c) - Native.get(known(means) + offset(r));
        add(lanes + BYTES * r, c, d * d);
      }
    }
  }

  /// Adds the value of a channel behind the last whole vector to its lane.
  static void add(long lanes, int c, float value) {
    long lane = lanes + 4L * (c % V);
    Native.set(lane, Native.get(lane) + value);
  }

  /// `out = sum of lanes / divisor` for each row, the lanes in the order of [VectorMath#sum].
  static void reduce(long out, long lanes, int n, float divisor) {
    for (int r = 0; r < n; r++) {
      FloatVector s = fromMemorySegment(F, ALL, known(lanes) + offset(V * r), ORDER);
      s = s.add(s.rearrange(VectorMath.HALF));
      if (V >= 4) {
        s = s.add(s.rearrange(VectorMath.QUARTER));
      }
      if (V >= 8) {
        s = s.add(s.rearrange(VectorMath.EIGHTH));
      }
      if (V >= 16) {
        s = s.add(s.rearrange(VectorMath.SIXTEENTH));
      }
      Native.set(known(out) + offset(r), s.lane(0) / divisor);
    }
  }

  /// `to = from` for n numbers.
  static void copy(long to, long from, int n) {
    for (int r = 0; r < n; r++) {
      Native.set(known(to) + offset(r), Native.get(known(from) + offset(r)));
    }
  }

  /// `rstd = 1 / sqrt(variance + eps)` in place, for n rows, in whole vectors.
  static void rstds(long rstds, int n, float eps) {
    for (int r = 0; r < n; r += V) {
      FloatVector v = fromMemorySegment(F, ALL, known(rstds) + offset(r), ORDER);
      broadcast(F, 1f)
          .div(v.add(eps).sqrt())
          .intoMemorySegment(ALL, known(rstds) + offset(r), ORDER);
    }
  }

  /// `y = (x - mean) * rstd * gamma + beta`.
  static void affine(
      long y, long x, long row, int n, int C, long means, long rstds, long gamma, long beta) {
    for (int r = 0; r < n; r += GROUP) {
      int last = n - 1 - r;
      long x0 = known(x + r * row), y0 = known(y + r * row);
      long r1 = to(1, last, row), r2 = to(2, last, row), r3 = to(3, last, row);
      long m = known(means) + offset(r);
      long i1 = to(1, last, 4), i2 = to(2, last, 4), i3 = to(3, last, 4);
      FloatVector m0 = broadcast(F, Native.get(m)), m1 = broadcast(F, Native.get(m + i1));
      FloatVector m2 = broadcast(F, Native.get(m + i2));
      FloatVector m3 = broadcast(F, Native.get(m + i3));
      long s = known(rstds) + offset(r);
      FloatVector s0 = broadcast(F, Native.get(s)), s1 = broadcast(F, Native.get(s + i1));
      FloatVector s2 = broadcast(F, Native.get(s + i2));
      FloatVector s3 = broadcast(F, Native.get(s + i3));
      for (int c = 0; c <= C - V; c += V) {
        long from = x0 + offset(c);
        FloatVector v0 = fromMemorySegment(F, ALL, from, ORDER).sub(m0).mul(s0);
        FloatVector v1 = fromMemorySegment(F, ALL, from + r1, ORDER).sub(m1).mul(s1);
        FloatVector v2 = fromMemorySegment(F, ALL, from + r2, ORDER).sub(m2).mul(s2);
        FloatVector v3 = fromMemorySegment(F, ALL, from + r3, ORDER).sub(m3).mul(s3);
        FloatVector g = fromMemorySegment(F, ALL, known(gamma) + offset(c), ORDER);
        FloatVector b = fromMemorySegment(F, ALL, known(beta) + offset(c), ORDER);
        long at = y0 + offset(c);
        v0.fma(g, b).intoMemorySegment(ALL, at, ORDER);
        v1.fma(g, b).intoMemorySegment(ALL, at + r1, ORDER);
        v2.fma(g, b).intoMemorySegment(ALL, at + r2, ORDER);
        v3.fma(g, b).intoMemorySegment(ALL, at + r3, ORDER);
      }
    }
    for (int r = 0; r < n; r++) {
      for (int c = C / V * V; c < C; c++) {
        long at = r * row + 4L * c;
        float xhat =
            (Native.get(x + at) - Native.get(known(means) + offset(r)))
                * Native.get(known(rstds) + offset(r));
        float b = Native.get(beta + 4L * c);
        Native.set(y + at, Math.fma(xhat, Native.get(gamma + 4L * c), b));
      }
    }
  }
}
