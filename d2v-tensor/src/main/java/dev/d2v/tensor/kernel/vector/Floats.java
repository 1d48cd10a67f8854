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

  /// Sum of n floats.
  static float sum(MemorySegment x, long at, int n) {
    FloatVector s0 = splat(0);
    FloatVector s1 = splat(0);
    FloatVector s2 = splat(0);
    FloatVector s3 = splat(0);
    int i = 0;
    for (; i <= n - 4 * W; i += 4 * W) {
      long a = at + 4L * i;
      s0 = s0.add(load(x, a));
      s1 = s1.add(load(x, a + BYTES));
      s2 = s2.add(load(x, a + 2 * BYTES));
      s3 = s3.add(load(x, a + 3 * BYTES));
    }
    for (; i <= n - W; i += W) {
      s0 = s0.add(load(x, at + 4L * i));
    }
    float sum = VectorMath.sum(s0.add(s1).add(s2.add(s3)));
    for (; i < n; i++) {
      sum += get(x, at + 4L * i);
    }
    return sum;
  }

  /// Sum of `(x - mean)^2` over n floats.
  static float squares(MemorySegment x, long at, int n, float mean) {
    FloatVector s0 = splat(0);
    FloatVector s1 = splat(0);
    FloatVector s2 = splat(0);
    FloatVector s3 = splat(0);
    int i = 0;
    for (; i <= n - 4 * W; i += 4 * W) {
      long a = at + 4L * i;
      FloatVector d0 = load(x, a).sub(mean);
      FloatVector d1 = load(x, a + BYTES).sub(mean);
      FloatVector d2 = load(x, a + 2 * BYTES).sub(mean);
      FloatVector d3 = load(x, a + 3 * BYTES).sub(mean);
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
      s2 = d2.fma(d2, s2);
      s3 = d3.fma(d3, s3);
    }
    for (; i <= n - W; i += W) {
      FloatVector d = load(x, at + 4L * i).sub(mean);
      s0 = d.fma(d, s0);
    }
    float sum = VectorMath.sum(s0.add(s1).add(s2.add(s3)));
    for (; i < n; i++) {
      float d = get(x, at + 4L * i) - mean;
      sum = Math.fma(d, d, sum);
    }
    return sum;
  }

  /// `sum of x * y` over n floats. By address: with two segments in one loop, the compiler has been
  /// seen to allocate every vector.
  static float dot(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    FloatVector s0 = splat(0);
    FloatVector s1 = splat(0);
    FloatVector s2 = splat(0);
    FloatVector s3 = splat(0);
    long a = x.address() + xAt;
    long b = y.address() + yAt;
    int i = 0;
    for (; i <= n - 4 * W; i += 4 * W, a += 4 * BYTES, b += 4 * BYTES) {
      s0 = Native.load(a).fma(Native.load(b), s0);
      s1 = Native.load(a + BYTES).fma(Native.load(b + BYTES), s1);
      s2 = Native.load(a + 2 * BYTES).fma(Native.load(b + 2 * BYTES), s2);
      s3 = Native.load(a + 3 * BYTES).fma(Native.load(b + 3 * BYTES), s3);
    }
    for (; i <= n - W; i += W, a += BYTES, b += BYTES) {
      s0 = Native.load(a).fma(Native.load(b), s0);
    }
    float sum = VectorMath.sum(s0.add(s1).add(s2.add(s3)));
    for (; i < n; i++, a += 4, b += 4) {
      sum = Math.fma(Native.get(a), Native.get(b), sum);
    }
    return sum;
  }

  /// `y = 0` for n floats.
  static void zero(MemorySegment y, long at, int n) {
    fill(y, at, 0, n);
  }

  /// `y = value` for n floats.
  static void fill(MemorySegment y, long at, float value, int n) {
    FloatVector v = splat(value);
    int i = 0;
    for (; i <= n - W; i += W) {
      store(v, y, at + 4L * i);
    }
    for (; i < n; i++) {
      set(y, at + 4L * i, value);
    }
  }

  /// `y = x` for n floats.
  static void copy(MemorySegment y, long yAt, MemorySegment x, long xAt, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      store(load(x, xAt + 4L * i), y, yAt + 4L * i);
    }
    for (; i < n; i++) {
      set(y, yAt + 4L * i, get(x, xAt + 4L * i));
    }
  }

  /// `y = a + b` for n floats.
  static void add(
      MemorySegment y, long yAt, MemorySegment a, long aAt, MemorySegment b, long bAt, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      store(load(a, aAt + 4L * i).add(load(b, bAt + 4L * i)), y, yAt + 4L * i);
    }
    for (; i < n; i++) {
      set(y, yAt + 4L * i, get(a, aAt + 4L * i) + get(b, bAt + 4L * i));
    }
  }

  /// `y = alpha * x` for n floats.
  static void scale(MemorySegment y, long yAt, MemorySegment x, long xAt, float alpha, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      store(load(x, xAt + 4L * i).mul(alpha), y, yAt + 4L * i);
    }
    for (; i < n; i++) {
      set(y, yAt + 4L * i, get(x, xAt + 4L * i) * alpha);
    }
  }

  /// `y += sum of rows` for n columns: `rows` rows of x, `stride` bytes apart, four at a time, with
  /// the sums in the first-level cache.
  static void addColumns(
      MemorySegment y, long yAt, MemorySegment x, long xAt, long stride, long rows, int n) {
    long r = 0;
    for (; r <= rows - 4; r += 4) {
      addFour(y, yAt, x, xAt + r * stride, stride, n);
    }
    for (; r < rows; r++) {
      add(y, yAt, y, yAt, x, xAt + r * stride, n);
    }
  }

  private static void addFour(
      MemorySegment y, long yAt, MemorySegment x, long xAt, long stride, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      long a = xAt + 4L * i;
      FloatVector low = load(x, a).add(load(x, a + stride));
      FloatVector high = load(x, a + 2 * stride).add(load(x, a + 3 * stride));
      store(load(y, yAt + 4L * i).add(low.add(high)), y, yAt + 4L * i);
    }
    for (; i < n; i++) {
      long a = xAt + 4L * i;
      float low = get(x, a) + get(x, a + stride);
      float high = get(x, a + 2 * stride) + get(x, a + 3 * stride);
      set(y, yAt + 4L * i, get(y, yAt + 4L * i) + (low + high));
    }
  }
}
