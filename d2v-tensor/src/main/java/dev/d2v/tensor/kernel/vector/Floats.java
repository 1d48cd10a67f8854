package dev.d2v.tensor.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/// Loads, stores and loops over contiguous floats that several families share. Offsets are in
/// bytes.
final class Floats {
  /// Lanes of a vector.
  static final int W = Lanes.F.length();

  /// Bytes of a vector.
  static final long BYTES = 4L * W;

  private Floats() {}

  static FloatVector splat(float value) {
    return FloatVector.broadcast(Lanes.F, value);
  }

  static FloatVector load(MemorySegment x, long at) {
    return FloatVector.fromMemorySegment(Lanes.F, x, at, Lanes.ORDER);
  }

  static void store(FloatVector v, MemorySegment y, long at) {
    v.intoMemorySegment(y, at, Lanes.ORDER);
  }

  static float get(MemorySegment x, long at) {
    return x.get(ValueLayout.JAVA_FLOAT, at);
  }

  static void set(MemorySegment y, long at, float value) {
    y.set(ValueLayout.JAVA_FLOAT, at, value);
  }

  /// `sum of x * y` over n floats.
  static float dot(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    FloatVector s0 = splat(0);
    FloatVector s1 = splat(0);
    FloatVector s2 = splat(0);
    FloatVector s3 = splat(0);
    long a = Native.range(x, xAt, 4L * n);
    long b = Native.range(y, yAt, 4L * n);
    int i = 0;
    for (; i <= n - 4 * W; i += 4 * W) {
      long c = a + Native.offset(i);
      long d = b + Native.offset(i);
      s0 = Native.load(c).fma(Native.load(d), s0);
      s1 = Native.load(c + BYTES).fma(Native.load(d + BYTES), s1);
      s2 = Native.load(c + 2 * BYTES).fma(Native.load(d + 2 * BYTES), s2);
      s3 = Native.load(c + 3 * BYTES).fma(Native.load(d + 3 * BYTES), s3);
    }
    for (; i <= n - W; i += W) {
      s0 = Native.load(a + Native.offset(i)).fma(Native.load(b + Native.offset(i)), s0);
    }
    float sum = VectorMath.sum(s0.add(s1).add(s2.add(s3)));
    for (; i < n; i++) {
      sum = Math.fma(Native.get(a + Native.offset(i)), Native.get(b + Native.offset(i)), sum);
    }
    return sum;
  }

  /// `y = 0` for n floats.
  static void zero(MemorySegment y, long at, int n) {
    fill(y, at, 0, n);
  }

  /// `y = value` for n floats.
  static void fill(MemorySegment y, long at, float value, int n) {
    long to = Native.range(y, at, 4L * n);
    FloatVector v = splat(value);
    int i = 0;
    for (; i <= n - W; i += W) {
      Native.store(v, to + Native.offset(i));
    }
    for (; i < n; i++) {
      Native.set(to + Native.offset(i), value);
    }
  }

  /// `y = x` for n floats.
  static void copy(MemorySegment y, long yAt, MemorySegment x, long xAt, int n) {
    long to = Native.range(y, yAt, 4L * n);
    long from = Native.range(x, xAt, 4L * n);
    int i = 0;
    for (; i <= n - W; i += W) {
      Native.store(Native.load(from + Native.offset(i)), to + Native.offset(i));
    }
    for (; i < n; i++) {
      Native.set(to + Native.offset(i), Native.get(from + Native.offset(i)));
    }
  }

  /// `y = a + b` for n floats.
  static void add(
      MemorySegment y, long yAt, MemorySegment a, long aAt, MemorySegment b, long bAt, int n) {
    long to = Native.range(y, yAt, 4L * n);
    long first = Native.range(a, aAt, 4L * n);
    long second = Native.range(b, bAt, 4L * n);
    int i = 0;
    for (; i <= n - W; i += W) {
      Native.store(
          Native.load(first + Native.offset(i)).add(Native.load(second + Native.offset(i))),
          to + Native.offset(i));
    }
    for (; i < n; i++) {
      Native.set(
          to + Native.offset(i),
          Native.get(first + Native.offset(i)) + Native.get(second + Native.offset(i)));
    }
  }

  /// `y = alpha * x` for n floats.
  static void scale(MemorySegment y, long yAt, MemorySegment x, long xAt, float alpha, int n) {
    long to = Native.range(y, yAt, 4L * n);
    long from = Native.range(x, xAt, 4L * n);
    int i = 0;
    for (; i <= n - W; i += W) {
      Native.store(Native.load(from + Native.offset(i)).mul(alpha), to + Native.offset(i));
    }
    for (; i < n; i++) {
      Native.set(to + Native.offset(i), Native.get(from + Native.offset(i)) * alpha);
    }
  }

  /// `y += sum of rows` for n columns: `rows` rows of x, `stride` bytes apart, four at a time, with
  /// the sums in the first-level cache.
  static void addColumns(
      MemorySegment y, long yAt, MemorySegment x, long xAt, long stride, long rows, int n) {
    if (rows == 0) {
      return;
    }
    long to = Native.range(y, yAt, 4L * n);
    long from = Native.range(x, xAt, (rows - 1) * stride + 4L * n);
    long r = 0;
    for (; r <= rows - 4; r += 4) {
      long a = from + r * stride;
      long c = a + 2 * stride;
      Columns.add(to, a, a + stride, c, c + stride, n);
    }
    for (; r < rows; r++) {
      add(y, yAt, y, yAt, x, xAt + r * stride, n);
    }
  }

  /// `y += sum of (x - means)^2` over rows, as [#addColumns].
  static void addSquares(
      MemorySegment y,
      long yAt,
      MemorySegment means,
      long meansAt,
      MemorySegment x,
      long xAt,
      long stride,
      long rows,
      int n) {
    if (rows == 0) {
      return;
    }
    long to = Native.range(y, yAt, 4L * n);
    long mean = Native.range(means, meansAt, 4L * n);
    long from = Native.range(x, xAt, (rows - 1) * stride + 4L * n);
    for (long r = 0; r < rows; r += 4) {
      long a = from + r * stride;
      long b = r + 1 < rows ? a + stride : mean;
      long c = r + 2 < rows ? a + 2 * stride : mean;
      long d = r + 3 < rows ? a + 3 * stride : mean;
      Columns.addSquares(to, mean, a, b, c, d, n);
    }
  }

  /// `y = y / divisor` for n floats.
  static void divide(MemorySegment y, long at, float divisor, int n) {
    long to = Native.range(y, at, 4L * n);
    int i = 0;
    for (; i <= n - W; i += W) {
      Native.store(Native.load(to + Native.offset(i)).div(divisor), to + Native.offset(i));
    }
    for (; i < n; i++) {
      Native.set(to + Native.offset(i), Native.get(to + Native.offset(i)) / divisor);
    }
  }
}
