package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The norm of channels over time, in two rounds over parts of a sample's rows: sums of each part,
/// then, with the statistics that follow from them, the result. Each round reads its tensors from
/// memory once, whole rows at a time. The loops are in [ChannelRows].
final class VectorChannelNorm {
  /// Most parts of a sample whose sums are kept apart.
  private static final int PARTIAL_SUMS = 64;

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads, with this working memory.
  VectorChannelNorm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  void forward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      Tensor gamma,
      Tensor beta,
      float eps,
      int B,
      int T,
      int C) {
    Parts parts = Parts.rows(T, C).atMost(PARTIAL_SUMS);
    long width = 4L * C;
    long each = 2 * width;
    long sample = parts.count() * each;
    MemorySegment moments = scratch.segment(0, 0, B * sample);
    MemorySegment numbers = scratch.segment(0, 1, B * each);
    forEach(
        parts,
        B,
        (b, part, n, row, thread) -> {
          MemorySegment work = scratch.segment(thread, 2, each);
          long to = b * sample + part * each;
          ChannelRows.moments(moments, to, x.data(), (b * T + row) * width, n, C, work);
        });
    parallel.run(
        B,
        (b, thread) -> {
          for (int c = 0; c < C; c++) {
            long at = b * sample + 4L * c;
            double m = ChannelRows.mean(moments, at, each, parts);
            double variance = ChannelRows.squares(moments, at, each, parts, width, m) / T;
            float s = (float) (1 / Math.sqrt(variance + eps));
            if (mean != null && rstd != null) {
              Floats.set(mean.data(), b * width + 4L * c, (float) m);
              Floats.set(rstd.data(), b * width + 4L * c, s);
            }
            Floats.set(numbers, b * each + 4L * c, (float) m);
            Floats.set(numbers, b * each + width + 4L * c, s * Floats.get(gamma.data(), 4L * c));
          }
        });
    forEach(
        parts,
        B,
        (b, part, n, row, thread) -> {
          long at = (b * T + row) * width;
          ChannelRows.normalise(y.data(), x.data(), at, n, C, numbers, b * each, beta.data());
        });
  }

  void backward(
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      Tensor gamma,
      int B,
      int T,
      int C) {
    Parts parts = Parts.rows(T, C).atMost(PARTIAL_SUMS);
    long width = 4L * C;
    long each = 2 * width;
    long sample = parts.count() * each;
    MemorySegment sums = scratch.segment(0, 0, B * sample);
    MemorySegment totals = scratch.segment(0, 1, B * each);
    MemorySegment numbers = scratch.segment(0, 2, 3 * width * B);
    forEach(
        parts,
        B,
        (b, part, n, row, thread) -> {
          long to = b * sample + part * each;
          long at = (b * T + row) * width;
          ChannelRows.sums(sums, to, dy.data(), x.data(), at, n, C, mean.data(), b * width);
        });
    parallel.run(
        B,
        (b, thread) -> {
          for (int c = 0; c < C; c++) {
            long at = b * sample + 4L * c;
            float s = Floats.get(rstd.data(), b * width + 4L * c);
            double sum = ChannelRows.sum(sums, at, each, parts.count());
            double dot = ChannelRows.sum(sums, at + width, each, parts.count()) * s;
            Floats.set(totals, b * each + 4L * c, (float) sum);
            Floats.set(totals, b * each + width + 4L * c, (float) dot);
            long to = 3 * width * b + 4L * c;
            Floats.set(numbers, to, (float) (sum / T));
            Floats.set(numbers, to + width, (float) (-s * dot / T));
            Floats.set(numbers, to + 2 * width, s * Floats.get(gamma.data(), 4L * c));
          }
        });
    Floats.addColumns(dbeta.data(), 0, totals, 0, each, B, C);
    Floats.addColumns(dgamma.data(), 0, totals, width, each, B, C);
    forEach(
        parts,
        B,
        (b, part, n, row, thread) -> {
          long at = (b * T + row) * width;
          MemorySegment m = mean.data();
          ChannelRows.backward(
              dx.data(), dy.data(), x.data(), at, n, C, m, b * width, numbers, 3 * width * b);
        });
  }

  /// The work on `n` rows of sample b from row `row` on.
  @FunctionalInterface
  private interface Body {
    void run(long b, int part, int n, long row, int thread);
  }

  /// Every part of every sample.
  private void forEach(Parts parts, int B, Body body) {
    int count = parts.count();
    parallel.run(
        Math.multiplyExact(B, count),
        (i, thread) -> {
          int part = i % count;
          long row = parts.from(part);
          body.run(i / count, part, (int) (parts.to(part) - row), row, thread);
        });
  }
}
