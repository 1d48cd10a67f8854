package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Floats.get;
import static dev.d2v.tensor.kernel.vector.Floats.load;
import static dev.d2v.tensor.kernel.vector.Floats.set;
import static dev.d2v.tensor.kernel.vector.Floats.store;

import dev.d2v.tensor.parallel.Parts;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// The loops of [VectorChannelNorm]: n rows of C floats, contiguous from byte `at` of each tensor.
/// Numbers of channels lie side by side, one kind behind the other.
final class ChannelRows {
  /// Elements of a block of rows that the first-level cache keeps between two passes.
  private static final int BLOCK = 4096;

  private ChannelRows() {}

  /// The C means of the rows and, behind them, the sums of squared deviations from these. The two
  /// passes, means then squares, are made block by block, so that memory is read once; the blocks'
  /// moments are merged by Chan's formula.
  ///
  /// @param work memory for 2C floats
  static void moments(
      MemorySegment to, long toAt, MemorySegment x, long at, int n, int C, MemorySegment work) {
    long width = 4L * C;
    int each = Math.max(1, BLOCK / C);
    Floats.zero(to, toAt, 2 * C);
    for (int seen = 0; seen < n; seen += each) {
      int more = Math.min(each, n - seen);
      long from = at + seen * width;
      Floats.zero(work, 0, 2 * C);
      Floats.addColumns(work, 0, x, from, width, more, C);
      Floats.scale(work, 0, work, 0, 1f / more, C);
      Floats.addSquares(work, width, work, 0, x, from, width, more, C);
      merge(to, toAt, work, C, more / (float) (seen + more), seen);
    }
  }

  /// `d = newMean - mean`, `mean += share * d`, `squares += newSquares + seen * share * d^2`.
  static void merge(MemorySegment to, long toAt, MemorySegment from, int C, float share, int seen) {
    long width = 4L * C;
    float weight = seen * share;
    int c = 0;
    for (; c <= C - W; c += W) {
      long at = toAt + 4L * c;
      FloatVector mean = load(to, at);
      FloatVector d = load(from, 4L * c).sub(mean);
      FloatVector squares = load(to, at + width).add(load(from, width + 4L * c));
      store(d.mul(share).add(mean), to, at);
      store(d.mul(d).mul(weight).add(squares), to, at + width);
    }
    for (; c < C; c++) {
      long at = toAt + 4L * c;
      float mean = get(to, at);
      float d = get(from, 4L * c) - mean;
      float squares = get(to, at + width) + get(from, width + 4L * c);
      set(to, at, d * share + mean);
      set(to, at + width, d * d * weight + squares);
    }
  }

  /// A channel's mean from those of parts, `stride` bytes apart.
  static double mean(MemorySegment moments, long at, long stride, Parts parts) {
    double sum = 0;
    for (int p = 0; p < parts.count(); p++) {
      sum += (double) (parts.to(p) - parts.from(p)) * get(moments, at + p * stride);
    }
    return sum / parts.size();
  }

  /// A channel's squared deviations from its mean, from the moments of parts.
  ///
  /// @param width bytes from a mean to its squares
  static double squares(
      MemorySegment moments, long at, long stride, Parts parts, long width, double mean) {
    double sum = 0;
    for (int p = 0; p < parts.count(); p++) {
      double d = get(moments, at + p * stride) - mean;
      sum += get(moments, at + p * stride + width) + (parts.to(p) - parts.from(p)) * d * d;
    }
    return sum;
  }

  /// Sum of n floats, `stride` bytes apart.
  static double sum(MemorySegment x, long at, long stride, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += get(x, at + i * stride);
    }
    return sum;
  }

  /// `y = (x - mean) * scale + beta`; the scales are behind the means.
  static void normalise(
      MemorySegment y,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment numbers,
      long mean,
      MemorySegment beta) {
    for (int r = 0; r < n; r++) {
      normaliseRow(y, x, at + 4L * r * C, C, numbers, mean, beta);
    }
  }

  private static void normaliseRow(
      MemorySegment y,
      MemorySegment x,
      long at,
      int C,
      MemorySegment numbers,
      long mean,
      MemorySegment beta) {
    long scale = mean + 4L * C;
    int c = 0;
    for (; c <= C - W; c += W) {
      FloatVector d = load(x, at + 4L * c).sub(load(numbers, mean + 4L * c));
      store(d.fma(load(numbers, scale + 4L * c), load(beta, 4L * c)), y, at + 4L * c);
    }
    for (; c < C; c++) {
      float d = get(x, at + 4L * c) - get(numbers, mean + 4L * c);
      set(y, at + 4L * c, Math.fma(d, get(numbers, scale + 4L * c), get(beta, 4L * c)));
    }
  }

  /// Sums of dy and, behind them, of `dy * (x - mean)`.
  static void sums(
      MemorySegment sums,
      long sumsAt,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment means,
      long mean) {
    Floats.zero(sums, sumsAt, 2 * C);
    for (int r = 0; r < n; r++) {
      addRow(sums, sumsAt, dy, x, at + 4L * r * C, C, means, mean);
    }
  }

  private static void addRow(
      MemorySegment sums,
      long sumsAt,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int C,
      MemorySegment means,
      long mean) {
    long dots = sumsAt + 4L * C;
    int c = 0;
    for (; c <= C - W; c += W) {
      long i = 4L * c;
      FloatVector g = load(dy, at + i);
      FloatVector d = load(x, at + i).sub(load(means, mean + i));
      store(load(sums, sumsAt + i).add(g), sums, sumsAt + i);
      store(d.fma(g, load(sums, dots + i)), sums, dots + i);
    }
    for (; c < C; c++) {
      long i = 4L * c;
      float g = get(dy, at + i);
      float d = get(x, at + i) - get(means, mean + i);
      set(sums, sumsAt + i, get(sums, sumsAt + i) + g);
      set(sums, dots + i, Math.fma(d, g, get(sums, dots + i)));
    }
  }

  /// `dx = ((x - mean) * slope + dy - meanDy) * scale`; from byte `numbersAt` on there are the
  /// channels' meanDy, slope and scale.
  static void backward(
      MemorySegment dx,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int n,
      int C,
      MemorySegment means,
      long mean,
      MemorySegment numbers,
      long numbersAt) {
    for (int r = 0; r < n; r++) {
      backwardRow(dx, dy, x, at + 4L * r * C, C, means, mean, numbers, numbersAt);
    }
  }

  private static void backwardRow(
      MemorySegment dx,
      MemorySegment dy,
      MemorySegment x,
      long at,
      int C,
      MemorySegment means,
      long mean,
      MemorySegment numbers,
      long meanDy) {
    long slope = meanDy + 4L * C;
    long scale = slope + 4L * C;
    int c = 0;
    for (; c <= C - W; c += W) {
      long i = 4L * c;
      FloatVector d = load(x, at + i).sub(load(means, mean + i));
      FloatVector g = load(dy, at + i).sub(load(numbers, meanDy + i));
      store(d.fma(load(numbers, slope + i), g).mul(load(numbers, scale + i)), dx, at + i);
    }
    for (; c < C; c++) {
      long i = 4L * c;
      float d = get(x, at + i) - get(means, mean + i);
      float g = get(dy, at + i) - get(numbers, meanDy + i);
      set(dx, at + i, Math.fma(d, get(numbers, slope + i), g) * get(numbers, scale + i));
    }
  }
}
