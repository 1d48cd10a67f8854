package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Normalisations and softmax: parts of whole rows, in blocks of rows that are read from memory
/// once. The loops are in [NormRows].
public final class VectorNorm implements NormKernels {
  /// Most parts whose column sums are kept apart.
  private static final int PARTIAL_SUMS = 32;

  /// Channels that one part of a reduction over tokens works on.
  private static final int STRIP = 64;

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads, with this working memory.
  public VectorNorm(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
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
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        means(mean, x, C),
        rstds(mean, rstd, x, eps, C),
        normalise(y, mean, rstd, x, gamma, beta, C));
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
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        add(sum, x, addend, C),
        means(mean, sum, C),
        rstds(mean, rstd, sum, eps, C),
        normalise(y, mean, rstd, sum, gamma, beta, C));
  }

  private static NormPasses.Pass add(Tensor y, Tensor a, Tensor b, int C) {
    return (row, n, first, second, block) -> {
      long at = 4 * row * C;
      Floats.add(y.data(), at, a.data(), at, b.data(), at, n * C);
    };
  }

  private static NormPasses.Pass means(@Nullable Tensor mean, Tensor x, int C) {
    return (row, n, first, second, block) -> {
      MemorySegment m = mean == null ? first : mean.data();
      NormRows.means(m, mean == null ? 0 : 4 * row, x.data(), 4 * row * C, n, C);
    };
  }

  private static NormPasses.Pass rstds(
      @Nullable Tensor mean, @Nullable Tensor rstd, Tensor x, float eps, int C) {
    return (row, n, first, second, block) -> {
      MemorySegment m = mean == null ? first : mean.data();
      MemorySegment s = rstd == null ? second : rstd.data();
      NormRows.rstds(s, m, rstd == null ? 0 : 4 * row, x.data(), 4 * row * C, n, C, C, eps);
    };
  }

  private static NormPasses.Pass normalise(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      int C) {
    if (gamma == null || beta == null) {
      return (row, n, first, second, block) -> {
        MemorySegment m = mean == null ? first : mean.data();
        MemorySegment s = rstd == null ? second : rstd.data();
        long statsAt = rstd == null ? 0 : 4 * row;
        long at = 4 * row * C;
        NormRows.normalise(y.data(), at, x.data(), at, n, C, m, s, statsAt);
      };
    }
    return (row, n, first, second, block) -> {
      MemorySegment m = mean == null ? first : mean.data();
      MemorySegment s = rstd == null ? second : rstd.data();
      long statsAt = rstd == null ? 0 : 4 * row;
      MemorySegment g = gamma.data();
      NormRows.affine(y.data(), x.data(), 4 * row * C, n, C, m, s, statsAt, g, beta.data());
    };
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
    if (gamma != null && dgamma != null && dbeta != null) {
      affineBackward(dx, dgamma, dbeta, dy, x, mean, rstd, gamma, addend, rows, C);
      return;
    }
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        means(null, dy, C),
        dotXhat(dy, x, mean, rstd, C),
        backward(dx, dy, x, mean, rstd, addend != null, C),
        addBlock(dx, addend, C));
  }

  private static NormPasses.Pass dotXhat(Tensor g, Tensor x, Tensor mean, Tensor rstd, int C) {
    return (row, n, first, second, block) -> {
      MemorySegment m = mean.data();
      MemorySegment s = rstd.data();
      NormRows.dotXhat(second, g.data(), x.data(), 4 * row * C, n, C, m, s, 4 * row);
    };
  }

  /// Into dx, or into the block when something is added to it.
  private static NormPasses.Pass backward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, boolean adds, int C) {
    return (row, n, first, second, block) -> {
      MemorySegment m = mean.data();
      MemorySegment s = rstd.data();
      MemorySegment to = adds ? block : dx.data();
      long at = 4 * row * C;
      NormRows.backward(
          to, adds ? 0 : at, dy.data(), x.data(), at, n, C, m, s, 4 * row, first, second);
    };
  }

  /// As [#backward], with gamma.
  private static NormPasses.Pass affineBackward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, Tensor gamma, boolean adds, int C) {
    return (row, n, first, second, block) -> {
      MemorySegment m = mean.data();
      MemorySegment s = rstd.data();
      MemorySegment g = gamma.data();
      MemorySegment to = adds ? block : dx.data();
      long at = 4 * row * C;
      NormRows.affineBackward(
          to, adds ? 0 : at, dy.data(), x.data(), at, n, C, m, s, 4 * row, first, second, g);
    };
  }

  /// `dx = block + addend`; nothing without an addend. dx may be the addend.
  private static NormPasses.Pass addBlock(Tensor dx, @Nullable Tensor addend, int C) {
    if (addend == null) {
      return (row, n, first, second, block) -> {};
    }
    return (row, n, first, second, block) -> {
      long at = 4 * row * C;
      Floats.add(dx.data(), at, block, 0, addend.data(), at, n * C);
    };
  }

  private void affineBackward(
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      Tensor gamma,
      @Nullable Tensor addend,
      int rows,
      int C) {
    Parts parts = Parts.rows(rows, C).atMost(PARTIAL_SUMS);
    long stride = 8L * C;
    MemorySegment partial = scratch.segment(0, 0, parts.count() * stride);
    MemorySegment m = mean.data();
    MemorySegment s = rstd.data();
    MemorySegment g = gamma.data();
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long sums = part * stride;
          Floats.zero(partial, sums, 2 * C);
          NormPasses.runPart(
              parts,
              part,
              scratch,
              thread,
              C,
              (row, n, first, second, block) ->
                  NormRows.dotGamma(first, dy.data(), 4 * row * C, n, C, g),
              (row, n, first, second, block) -> {
                long at = 4 * row * C;
                NormRows.dotXhatAndColumns(
                    second, dy.data(), x.data(), at, n, C, m, s, 4 * row, g, partial, sums);
              },
              affineBackward(dx, dy, x, mean, rstd, gamma, addend != null, C),
              addBlock(dx, addend, C));
        });
    Floats.addColumns(dgamma.data(), 0, partial, 0, stride, parts.count(), C);
    Floats.addColumns(dbeta.data(), 0, partial, 4L * C, stride, parts.count(), C);
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
    long to = Native.address(y);
    NormPasses.Pass gelu =
        (row, n, first, second, block) -> {
          long at = to + 4 * row * C;
          Gelu.forward(at, at, n * C);
        };
    NormPasses.Pass rest =
        addend == null ? (row, n, first, second, block) -> {} : add(y, y, addend, C);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        means(mean, x, C),
        rstds(mean, rstd, x, eps, C),
        normalise(y, mean, rstd, x, null, null, C),
        gelu,
        rest);
  }

  @Override
  public void layerNormGeluBackward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, int rows, int C) {
    Checks.floats("layerNormGeluBackward", (long) rows * C, "dx dy x", dx, dy, x);
    checkOptions("layerNormGeluBackward", mean, rstd, null, null, rows, C);
    long to = Native.address(dx);
    long from = Native.address(dy);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, first, second, block) -> {
          long at = 4 * row * C;
          MemorySegment m = mean.data();
          NormRows.normalise(block, 0, x.data(), at, n, C, m, rstd.data(), 4 * row);
          Gelu.backward(to + at, from + at, block.address(), n * C);
        },
        means(null, dx, C),
        dotXhat(dx, x, mean, rstd, C),
        backward(dx, dx, x, mean, rstd, false, C));
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
          MemorySegment stats = scratch.segment(thread, 0, 8 * STRIP);
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
    for (int c = 0; c < columns; c++) {
      Floats.set(stats, 4L * c, Floats.get(stats, 4L * c) / T);
    }
    for (int t = 0; t < T; t++) {
      NormRows.addSquares(stats, second, x, at + t * stride, stats, 0, columns);
    }
    for (long c = second; c < 2 * second; c += 4) {
      Floats.set(stats, c, NormRows.rstd(Floats.get(stats, c) / T, eps));
    }
    for (int t = 0; t < T; t++) {
      NormRows.normaliseColumns(y, x, at + t * stride, stats, second, columns);
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
    checkOptions("channelNormForward", mean, rstd, gamma, beta, B * C, C);
    long m = mean == null ? 0 : Native.address(mean);
    long s = rstd == null ? 0 : Native.address(rstd);
    new ChannelNorm(parallel, scratch, B, T, C)
        .forward(
            Native.address(y),
            m,
            s,
            Native.address(x),
            Native.address(gamma),
            Native.address(beta),
            eps);
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
    checkOptions("channelNormBackward", mean, rstd, gamma, dbeta, B * C, C);
    Checks.floats("channelNormBackward", C, "dgamma", dgamma);
    new ChannelNorm(parallel, scratch, B, T, C)
        .backward(
            Native.address(dx),
            Native.address(dgamma),
            Native.address(dbeta),
            Native.address(dy),
            Native.address(x),
            Native.address(mean),
            Native.address(rstd),
            Native.address(gamma));
  }

  @Override
  public void standardizeRows(Tensor y, Tensor x, float eps, int rows, int C) {
    Checks.floats("standardizeRows", (long) rows * C, "y x", y, x);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        means(null, x, C),
        (row, n, first, second, block) ->
            NormRows.rstds(second, first, 0, x.data(), 4 * row * C, n, C, C - 1, eps),
        normalise(y, null, null, x, null, null, C));
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
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, first, second, block) -> NormRows.maxima(first, x.data(), 4 * row * C, n, C),
        (row, n, first, second, block) ->
            NormRows.exponentials(y.data(), x.data(), 4 * row * C, n, C, first),
        (row, n, first, second, block) -> NormRows.toUnitSum(y.data(), 4 * row * C, n, C));
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor dy, Tensor y, int rows, int C) {
    Checks.floats("softmaxBackward", (long) rows * C, "dx dy y", dx, dy, y);
    NormPasses.run(
        parallel,
        scratch,
        rows,
        C,
        (row, n, first, second, block) ->
            NormRows.dots(first, dy.data(), y.data(), 4 * row * C, n, C),
        (row, n, first, second, block) ->
            NormRows.softmaxBackward(dx.data(), dy.data(), y.data(), 4 * row * C, n, C, first));
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
