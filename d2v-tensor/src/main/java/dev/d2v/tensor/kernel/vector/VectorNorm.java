package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Native.address;
import static dev.d2v.tensor.kernel.vector.NormPasses.BLOCK;
import static dev.d2v.tensor.kernel.vector.NormPasses.FIRST;
import static dev.d2v.tensor.kernel.vector.NormPasses.LANES;
import static dev.d2v.tensor.kernel.vector.NormPasses.MEANS;
import static dev.d2v.tensor.kernel.vector.NormPasses.MORE_LANES;
import static dev.d2v.tensor.kernel.vector.NormPasses.RSTDS;
import static dev.d2v.tensor.kernel.vector.NormPasses.SECOND;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Normalisations and softmax: parts of whole rows, in blocks of rows that are read from memory
/// once. The loops are in [NormRows], [NormGradients], [Gelu] and [SoftmaxRows].
public final class VectorNorm implements NormKernels {
  /// Most parts whose column sums are kept apart.
  private static final int PARTIAL_SUMS = 64;

  /// Channels that one part of a reduction over tokens works on.
  private static final int STRIP = 128;

  /// Slot of the working memory with operands that are missing.
  private static final int NEUTRAL = 2;

  private final RowParallel parallel;
  private final Scratch scratch;
  private final VectorChannelNorm channelNorm;

  /// Over these threads, with this working memory.
  public VectorNorm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.channelNorm = new VectorChannelNorm(parallel, scratch);
  }

  @Override
  public void layerNormForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C) {
    Checks.floats("layerNormForward", (long) rows * C, "y x", y, x);
    checkOptions("layerNormForward", mean, rstd, gamma, beta, rows, C);
    long from = address(x);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, work) -> NormRows.sums(work + LANES, from + 4 * row * C, 4L * C, n, C),
        means(mean, C),
        rstds(rstd, from, C, C, eps),
        affine(y, from, gamma, beta, C));
  }

  @Override
  public void addLayerNormForward(
      Tensor y,
      Tensor sum,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      Tensor addend,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C) {
    Checks.floats("addLayerNormForward", (long) rows * C, "y sum x addend", y, sum, x, addend);
    checkOptions("addLayerNormForward", mean, rstd, gamma, beta, rows, C);
    long total = address(sum);
    long from = address(x);
    long other = address(addend);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, work) -> {
          long at = 4 * row * C;
          NormRows.addSums(work + LANES, total + at, from + at, other + at, 4L * C, n, C);
        },
        means(mean, C),
        rstds(rstd, total, C, C, eps),
        affine(y, total, gamma, beta, C));
  }

  /// Means from the sums in [NormPasses#LANES], saved if wanted.
  private static NormPasses.Pass means(@Nullable Tensor mean, int C) {
    long to = mean == null ? 0 : address(mean);
    return (row, n, work) -> {
      NormRows.reduce(work + MEANS, work + LANES, n, C);
      if (to != 0) {
        NormRows.copy(to + 4 * row, work + MEANS, n);
      }
    };
  }

  /// Of the rows of x, whose means are known; saved if wanted.
  private static NormPasses.Pass rstds(
      @Nullable Tensor rstd, long x, int C, int divisor, float eps) {
    long to = rstd == null ? 0 : address(rstd);
    return (row, n, work) -> {
      NormRows.squares(work + LANES, x + 4 * row * C, 4L * C, n, C, work + MEANS);
      NormRows.reduce(work + RSTDS, work + LANES, n, divisor);
      NormRows.rstds(work + RSTDS, n, eps);
      if (to != 0) {
        NormRows.copy(to + 4 * row, work + RSTDS, n);
      }
    };
  }

  /// With gamma and beta, or with rows of ones and zeros.
  private NormPasses.Pass affine(
      Tensor y, long x, @Nullable Tensor gamma, @Nullable Tensor beta, int C) {
    long to = address(y);
    long g = gamma == null ? neutral(C) : address(gamma);
    long b = beta == null ? neutral(C) + 4L * C : address(beta);
    return (row, n, work) -> {
      long at = 4 * row * C;
      NormRows.affine(to + at, x + at, 4L * C, n, C, work + MEANS, work + RSTDS, g, b);
    };
  }

  /// Where C ones and, behind them, C zeros are: they stand for operands that are missing.
  private long neutral(int C) {
    MemorySegment row = scratch.segment(0, NEUTRAL, 8L * C);
    Floats.fill(row, 0, 1, C);
    Floats.zero(row, 4L * C, C);
    return row.address();
  }

  @Override
  public void layerNormBackward(
      Tensor dx,
      @Nullable Tensor dgamma,
      @Nullable Tensor dbeta,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      @Nullable Tensor gamma,
      @Nullable Tensor addend,
      int rows,
      int C) {
    Checks.floats("layerNormBackward", (long) rows * C, "dx dy x addend", dx, dy, x, addend);
    Checks.floats("layerNormBackward", C, "dgamma", dgamma);
    checkOptions("layerNormBackward", mean, rstd, gamma, dbeta, rows, C);
    Checks.together("layerNormBackward", "dgamma and gamma", dgamma, gamma);
    long neutral = neutral(C);
    long zeros = neutral + 4L * C;
    long g = gamma == null ? neutral : address(gamma);
    long gradient = address(dy);
    long from = address(x);
    long m = address(mean);
    long s = address(rstd);
    NormPasses.Pass apply = apply(dx, gradient, from, m, s, g, addend, zeros, C);
    Parts parts = NormPasses.parts(rows, C).atMost(PARTIAL_SUMS);
    long stride = 8L * C;
    MemorySegment partial = scratch.segment(0, 0, parts.count() * stride);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          Floats.zero(partial, part * stride, 2 * C);
          NormPasses.runPart(
              parts,
              part,
              scratch,
              thread,
              C,
              dots(partial.address() + part * stride, gradient, from, m, s, g, zeros, C),
              apply);
        });
    if (dgamma != null && dbeta != null) {
      Floats.addColumns(dgamma.data(), 0, partial, 0, stride, parts.count(), C);
      Floats.addColumns(dbeta.data(), 0, partial, 4L * C, stride, parts.count(), C);
    }
  }

  /// The sums of the rows in [NormPasses#LANES] and [NormPasses#MORE_LANES], and those of the
  /// columns.
  private static NormPasses.Pass dots(
      long sums, long dy, long x, long mean, long rstd, long gamma, long zeros, int C) {
    return (row, n, work) -> {
      long at = 4 * row * C;
      long i = 4 * row;
      NormGradients.dots(
          work + LANES, sums, dy + at, x + at, 4L * C, n, C, mean + i, rstd + i, gamma, zeros);
    };
  }

  /// dx from the sums in [NormPasses#LANES] and [NormPasses#MORE_LANES].
  private static NormPasses.Pass apply(
      Tensor dx,
      long dy,
      long x,
      long mean,
      long rstd,
      long gamma,
      @Nullable Tensor addend,
      long zeros,
      int C) {
    long to = address(dx);
    long rest = addend == null ? zeros : address(addend);
    long restRow = addend == null ? 0 : 4L * C;
    return (row, n, work) -> {
      NormRows.reduce(work + FIRST, work + LANES, n, C);
      NormRows.reduce(work + SECOND, work + MORE_LANES, n, C);
      long at = 4 * row * C;
      long i = 4 * row;
      NormGradients.apply(
          to + at,
          dy + at,
          x + at,
          rest + row * restRow,
          restRow,
          4L * C,
          n,
          C,
          mean + i,
          rstd + i,
          gamma,
          work + FIRST,
          work + SECOND);
    };
  }

  @Override
  public void layerNormGeluForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor addend,
      float eps,
      int rows,
      int C) {
    Checks.floats("layerNormGeluForward", (long) rows * C, "y x addend", y, x, addend);
    checkOptions("layerNormGeluForward", mean, rstd, null, null, rows, C);
    long to = address(y);
    long from = address(x);
    long rest = addend == null ? neutral(C) + 4L * C : address(addend);
    long restRow = addend == null ? 0 : 4L * C;
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, work) -> NormRows.sums(work + LANES, from + 4 * row * C, 4L * C, n, C),
        means(mean, C),
        rstds(rstd, from, C, C, eps),
        (row, n, work) -> {
          long at = 4 * row * C;
          Gelu.normForward(
              to + at,
              from + at,
              rest + row * restRow,
              restRow,
              4L * C,
              n,
              C,
              work + MEANS,
              work + RSTDS);
        });
  }

  @Override
  public void layerNormGeluBackward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, int rows, int C) {
    Checks.floats("layerNormGeluBackward", (long) rows * C, "dx dy x", dx, dy, x);
    checkOptions("layerNormGeluBackward", mean, rstd, null, null, rows, C);
    long neutral = neutral(C);
    long to = address(dx);
    long gradient = address(dy);
    long from = address(x);
    long m = address(mean);
    long s = address(rstd);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, work) -> {
          long at = 4 * row * C;
          long i = 4 * row;
          Gelu.normBackward(
              work + LANES, to + at, gradient + at, from + at, 4L * C, n, C, m + i, s + i);
        },
        apply(dx, to, from, m, s, neutral, null, neutral + 4L * C, C));
  }

  @Override
  public void instanceNormForward(Tensor y, Tensor x, float eps, int B, int T, int C) {
    Checks.floats("instanceNormForward", (long) B * T * C, "y x", y, x);
    int strips = Math.ceilDiv(C, STRIP);
    parallel.run(
        B * strips,
        (part, thread) -> {
          int first = part % strips * STRIP;
          int columns = Math.min(STRIP, C - first);
          long at = 4 * ((long) (part / strips) * T * C + first);
          MemorySegment stats = scratch.segment(thread, 0, 12 * STRIP);
          instanceNorm(y.data(), x.data(), at, 4L * C, T, columns, eps, stats);
        });
  }

  private static void instanceNorm(
      MemorySegment y,
      MemorySegment x,
      long at,
      long stride,
      int T,
      int columns,
      float eps,
      MemorySegment stats) {
    long second = 4L * columns;
    Floats.zero(stats, 0, 2 * columns);
    Floats.addColumns(stats, 0, x, at, stride, T, columns);
    Floats.divide(stats, 0, T, columns);
    Floats.addSquares(stats, second, stats, 0, x, at, stride, T, columns);
    Floats.divide(stats, second, T, columns);
    NormRows.rstds(Native.range(stats, second, second), columns, eps);
    long to = Native.range(y, at, (T - 1) * stride + second);
    long from = Native.range(x, at, (T - 1) * stride + second);
    for (int t = 0; t < T; t++) {
      long row = t * stride;
      Columns.normalise(to + row, from + row, stats.address(), stats.address() + second, columns);
    }
  }

  @Override
  public void channelNormForward(
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
    Checks.floats("channelNormForward", (long) B * T * C, "y x", y, x);
    checkOptions("channelNormForward", mean, rstd, gamma, beta, Math.multiplyExact(B, C), C);
    channelNorm.forward(y, mean, rstd, x, gamma, beta, eps, B, T, C);
  }

  @Override
  public void channelNormBackward(
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
    Checks.floats("channelNormBackward", (long) B * T * C, "dx dy x", dx, dy, x);
    Checks.floats("channelNormBackward", C, "dgamma", dgamma);
    checkOptions("channelNormBackward", mean, rstd, gamma, dbeta, Math.multiplyExact(B, C), C);
    channelNorm.backward(dx, dgamma, dbeta, dy, x, mean, rstd, gamma, B, T, C);
  }

  @Override
  public void standardizeRows(Tensor y, Tensor x, float eps, int rows, int C) {
    Checks.floats("standardizeRows", (long) rows * C, "y x", y, x);
    long from = address(x);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, work) -> NormRows.sums(work + LANES, from + 4 * row * C, 4L * C, n, C),
        means(null, C),
        rstds(null, from, C, C - 1, eps),
        affine(y, from, null, null, C));
  }

  @Override
  public void meanTokens(Tensor y, Tensor x, int B, int T, int C) {
    Checks.floats("meanTokens", (long) B * C, "y", y);
    Checks.floats("meanTokens", (long) B * T * C, "x", x);
    parallel.run(
        B,
        (b, thread) -> {
          long at = 4L * b * C;
          Floats.zero(y.data(), at, C);
          Floats.addColumns(y.data(), at, x.data(), at * T, 4L * C, T, C);
          Floats.scale(y.data(), at, y.data(), at, 1f / T, C);
        });
  }

  @Override
  public void softmaxForward(Tensor y, Tensor x, int rows, int C) {
    Checks.floats("softmaxForward", (long) rows * C, "y x", y, x);
    long to = address(y);
    long from = address(x);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, work) -> {
          SoftmaxRows.copy(work + LANES, work + BLOCK, from + 4 * row * C, 4L * C, n, C);
          SoftmaxRows.maxima(work + FIRST, work + LANES, n);
        },
        (row, n, work) -> {
          SoftmaxRows.exponentials(work + LANES, work + BLOCK, n, C, work + FIRST);
          NormRows.reduce(work + SECOND, work + LANES, n, 1);
        },
        (row, n, work) ->
            SoftmaxRows.toUnitSum(to + 4 * row * C, 4L * C, work + BLOCK, n, C, work + SECOND));
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor dy, Tensor y, int rows, int C) {
    Checks.floats("softmaxBackward", (long) rows * C, "dx dy y", dx, dy, y);
    long to = address(dx);
    long gradient = address(dy);
    long result = address(y);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, work) -> {
          long at = 4 * row * C;
          SoftmaxRows.dots(work + LANES, gradient + at, result + at, 4L * C, n, C);
          NormRows.reduce(work + FIRST, work + LANES, n, 1);
        },
        (row, n, work) -> {
          long at = 4 * row * C;
          SoftmaxRows.backward(to + at, gradient + at, result + at, 4L * C, n, C, work + FIRST);
        });
  }

  private static void checkOptions(
      String operation,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      int rows,
      int C) {
    Checks.floats(operation, rows, "mean rstd", mean, rstd);
    Checks.together(operation, "mean and rstd", mean, rstd);
    Checks.floats(operation, C, "gamma beta", gamma, beta);
    Checks.together(operation, "gamma and beta", gamma, beta);
  }
}
