package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import jdk.incubator.vector.FloatVector;

/// Norms of channels over time. A part is a stretch of time that stays in the cache, with all
/// channels, so that memory is read in its order and twice in all: once for the stretches' sums,
/// which are then put together in their order, and once for the result.
///
/// A stretch has its own mean and its squared deviations from it; what the deviations lack,
/// relative to the mean of the whole, is exactly `n (mean of the stretch - mean)^2`.
///
/// Everything is by address, (rows,C) arrays are of floats.
final class ChannelNorm {
  private static final int V = GemmTile.V;

  /// Elements of a stretch: a fraction of a second-level cache.
  private static final int STRETCH = 32 * 1024;

  /// Channels that one part puts sums together for.
  private static final int STRIP = 64;

  private static final int SUMS = 0;
  private static final int TOTALS = 1;

  private final RowParallel parallel;
  private final int B;
  private final int T;
  private final int C;
  private final Blocks stretches;

  /// `sums[b][stretch][2][C]`.
  private final long sums;

  /// `totals[2][b][C]`.
  private final long totals;

  ChannelNorm(RowParallel parallel, Scratch scratch, int B, int T, int C) {
    this.parallel = parallel;
    this.B = B;
    this.T = T;
    this.C = C;
    this.stretches = Blocks.of(T, Math.max(1, STRETCH / C), 1);
    this.sums = scratch.segment(0, SUMS, 8L * B * stretches.count() * C).address();
    this.totals = scratch.segment(0, TOTALS, 8L * B * C).address();
  }

  /// One stretch of a sample.
  @FunctionalInterface
  private interface Stretch {
    /// @param at bytes from the start of (B,T,C) to its n rows
    /// @param sums where its two rows of sums lie
    void run(int b, long at, int n, long sums);
  }

  private void forEachStretch(Stretch body) {
    int count = stretches.count();
    parallel.run(
        B * count,
        (part, thread) -> {
          int b = part / count;
          int stretch = part % count;
          long row = (long) b * T + stretches.from(stretch);
          body.run(b, 4 * row * C, stretches.length(stretch), sums + 8L * part * C);
        });
  }

  /// Runs `body` over strips of channels [from, to), with the address of a sample's sums.
  @FunctionalInterface
  private interface Strip {
    void run(int b, long sums, int from, int to);
  }

  private void forEachStrip(Strip body) {
    int strips = Math.ceilDiv(C, STRIP);
    parallel.run(
        strips,
        (part, thread) -> {
          int from = part * STRIP;
          for (int b = 0; b < B; b++) {
            long of = sums + 8L * b * stretches.count() * C;
            body.run(b, of, from, Math.min(C, from + STRIP));
          }
        });
  }

  /// `y = (x - mean) * rstd * gamma + beta`; mean and rstd are 0 when they are not saved.
  void forward(long y, long mean, long rstd, long x, long gamma, long beta, float eps) {
    long means = mean == 0 ? totals : mean;
    long rstds = rstd == 0 ? totals + 4L * B * C : rstd;
    forEachStretch((b, at, n, to) -> statistics(to, x + at, n));
    forEachStrip(
        (b, of, from, to) -> merge(of, means + 4L * b * C, rstds + 4L * b * C, from, to, eps));
    forEachStretch((b, at, n, _) -> {
      long stats = 4L * b * C;
      for (int t = 0; t < n; t++) {
        long row = at + 4L * t * C;
        affine(y + row, x + row, means + stats, rstds + stats, gamma, beta);
      }
    });
  }

  /// Mean and sum of squared deviations of n rows.
  private void statistics(long to, long x, int n) {
    long squares = to + 4L * C;
    int c = 0;
    for (; c <= C - V; c += V) {
      long at = x + 4L * c;
      FloatVector sum = FloatVector.zero(Lanes.F);
      for (int t = 0; t < n; t++) {
        sum = sum.add(load(at + 4L * t * C));
      }
      FloatVector mean = sum.div(n);
      FloatVector square = FloatVector.zero(Lanes.F);
      for (int t = 0; t < n; t++) {
        FloatVector d = load(at + 4L * t * C).sub(mean);
        square = d.fma(d, square);
      }
      store(mean, to + 4L * c);
      store(square, squares + 4L * c);
    }
    for (; c < C; c++) {
      long at = x + 4L * c;
      float sum = 0;
      for (int t = 0; t < n; t++) {
        sum += get(at + 4L * t * C);
      }
      float mean = sum / n;
      float square = 0;
      for (int t = 0; t < n; t++) {
        float d = get(at + 4L * t * C) - mean;
        square = Math.fma(d, d, square);
      }
      set(to + 4L * c, mean);
      set(squares + 4L * c, square);
    }
  }

  /// The stretches' statistics of one sample together, in double: there are few.
  private void merge(long sums, long mean, long rstd, int from, int to, float eps) {
    for (int c = from; c < to; c++) {
      double sum = 0;
      for (int s = 0; s < stretches.count(); s++) {
        sum += (double) stretches.length(s) * get(sums + 4L * (2L * s * C + c));
      }
      double m = sum / T;
      double squares = 0;
      for (int s = 0; s < stretches.count(); s++) {
        long at = sums + 4L * (2L * s * C + c);
        double d = get(at) - m;
        squares += get(at + 4L * C) + stretches.length(s) * d * d;
      }
      set(mean + 4L * c, (float) m);
      set(rstd + 4L * c, (float) (1 / Math.sqrt(squares / T + eps)));
    }
  }

  private void affine(long y, long x, long mean, long rstd, long gamma, long beta) {
    int c = 0;
    for (; c <= C - V; c += V) {
      long i = 4L * c;
      FloatVector xhat = load(x + i).sub(load(mean + i)).mul(load(rstd + i));
      store(xhat.fma(load(gamma + i), load(beta + i)), y + i);
    }
    for (; c < C; c++) {
      long i = 4L * c;
      float xhat = (get(x + i) - get(mean + i)) * get(rstd + i);
      set(y + i, Math.fma(xhat, get(gamma + i), get(beta + i)));
    }
  }

  /// See [dev.d2v.tensor.kernel.NormKernels#channelNormBackward].
  void backward(
      long dx, long dgamma, long dbeta, long dy, long x, long mean, long rstd, long gamma) {
    long second = 4L * B * C;
    forEachStretch(
        (b, at, n, to) -> products(to, dy + at, x + at, mean + 4L * b * C, rstd + 4L * b * C, n));
    forEachStrip((b, of, from, to) -> {
      long means = totals + 4L * b * C;
      for (int c = from; c < to; c++) {
        double sum = 0;
        double dot = 0;
        for (int s = 0; s < stretches.count(); s++) {
          long at = of + 4L * (2L * s * C + c);
          sum += get(at);
          dot += get(at + 4L * C);
        }
        set(means + 4L * c, (float) (sum / T));
        set(means + second + 4L * c, (float) (dot / T));
        set(dbeta + 4L * c, (float) (get(dbeta + 4L * c) + sum));
        set(dgamma + 4L * c, (float) (get(dgamma + 4L * c) + dot));
      }
    });
    forEachStretch((b, at, n, _) -> {
      long stats = 4L * b * C;
      for (int t = 0; t < n; t++) {
        long row = at + 4L * t * C;
        long means = totals + stats;
        difference(dx + row, dy + row, x + row, mean + stats, rstd + stats, gamma, means, second);
      }
    });
  }

  /// Sums of `dy` and of `dy * xhat` over n rows.
  private void products(long to, long dy, long x, long mean, long rstd, int n) {
    long dots = to + 4L * C;
    int c = 0;
    for (; c <= C - V; c += V) {
      long i = 4L * c;
      FloatVector m = load(mean + i);
      FloatVector sum = FloatVector.zero(Lanes.F);
      FloatVector dot = FloatVector.zero(Lanes.F);
      for (int t = 0; t < n; t++) {
        FloatVector g = load(dy + i + 4L * t * C);
        sum = sum.add(g);
        dot = g.fma(load(x + i + 4L * t * C).sub(m), dot);
      }
      store(sum, to + i);
      store(dot.mul(load(rstd + i)), dots + i);
    }
    for (; c < C; c++) {
      long i = 4L * c;
      float m = get(mean + i);
      float sum = 0;
      float dot = 0;
      for (int t = 0; t < n; t++) {
        float g = get(dy + i + 4L * t * C);
        sum += g;
        dot = Math.fma(g, get(x + i + 4L * t * C) - m, dot);
      }
      set(to + i, sum);
      set(dots + i, dot * get(rstd + i));
    }
  }

  /// One row of dx; the means of dy, and `second` bytes on those of `dy * xhat`.
  private void difference(
      long dx, long dy, long x, long mean, long rstd, long gamma, long means, long second) {
    int c = 0;
    for (; c <= C - V; c += V) {
      long i = 4L * c;
      FloatVector s = load(rstd + i);
      FloatVector xhat = load(x + i).sub(load(mean + i)).mul(s);
      FloatVector g = load(dy + i).sub(load(means + i)).sub(xhat.mul(load(means + second + i)));
      store(g.mul(s).mul(load(gamma + i)), dx + i);
    }
    for (; c < C; c++) {
      long i = 4L * c;
      float s = get(rstd + i);
      float xhat = (get(x + i) - get(mean + i)) * s;
      float g = get(dy + i) - get(means + i) - xhat * get(means + second + i);
      set(dx + i, g * s * get(gamma + i));
    }
  }
}
