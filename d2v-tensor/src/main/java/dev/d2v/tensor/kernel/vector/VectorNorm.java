package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Normalisations and softmax: parts of whole rows, a row read from memory once. The loops are in
/// [NormRows].
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
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            normalise(y, mean, rstd, x, gamma, beta, eps, r, C);
          }
        });
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
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            long at = 4 * r * C;
            Floats.add(sum.data(), at, x.data(), at, addend.data(), at, C);
            normalise(y, mean, rstd, sum, gamma, beta, eps, r, C);
          }
        });
  }

  private static void normalise(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      long row,
      int C) {
    long at = 4 * row * C;
    float m = Floats.sum(x.data(), at, C) / C;
    float s = rstd(Floats.squares(x.data(), at, C, m) / C, eps);
    if (gamma != null && beta != null) {
      NormRows.affine(y.data(), x.data(), at, C, m, s, gamma.data(), beta.data());
    } else {
      NormRows.normalise(y.data(), x.data(), at, C, m, s);
    }
    save(mean, rstd, row, m, s);
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
    MemorySegment rest = addend == null ? null : addend.data();
    if (gamma != null && dgamma != null && dbeta != null) {
      affineBackward(dx, dgamma, dbeta, dy, x, mean, rstd, gamma, rest, rows, C);
      return;
    }
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            backward(dx, dy, x, mean, rstd, rest, r, C);
          }
        });
  }

  private static void backward(
      Tensor dx,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      @Nullable MemorySegment addend,
      long row,
      int C) {
    long at = 4 * row * C;
    float m = Floats.get(mean.data(), 4 * row);
    float s = Floats.get(rstd.data(), 4 * row);
    float meanG = Floats.sum(dy.data(), at, C) / C;
    float meanGx = NormRows.dotXhat(dy.data(), x.data(), at, C, m, s) / C;
    NormRows.backward(dx.data(), dy.data(), x.data(), at, C, m, s, meanG, meanGx, addend);
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
      @Nullable MemorySegment addend,
      int rows,
      int C) {
    Parts parts = Parts.rows(rows, C).atMost(PARTIAL_SUMS);
    long stride = 8L * C;
    MemorySegment partial = scratch.segment(0, 0, parts.count() * stride);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          Floats.zero(partial, part * stride, 2 * C);
          for (long r = parts.from(part); r < parts.to(part); r++) {
            affineBackward(
                dx, dy, x, mean, rstd, gamma.data(), addend, r, C, partial, part * stride);
          }
        });
    Floats.addColumns(dgamma.data(), 0, partial, 0, stride, parts.count(), C);
    Floats.addColumns(dbeta.data(), 0, partial, 4L * C, stride, parts.count(), C);
  }

  private static void affineBackward(
      Tensor dx,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      MemorySegment gamma,
      @Nullable MemorySegment addend,
      long row,
      int C,
      MemorySegment partial,
      long sums) {
    long at = 4 * row * C;
    MemorySegment dys = dy.data();
    MemorySegment xs = x.data();
    float m = Floats.get(mean.data(), 4 * row);
    float s = Floats.get(rstd.data(), 4 * row);
    float meanG = Floats.dot(dys, at, gamma, 0, C) / C;
    float dot = NormRows.dotXhatAndColumns(dys, xs, at, C, m, s, gamma, partial, sums);
    NormRows.affineBackward(dx.data(), dys, xs, at, C, m, s, meanG, dot / C, gamma, addend);
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
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            long at = 4 * r * C;
            float m = Floats.sum(x.data(), at, C) / C;
            float s = rstd(Floats.squares(x.data(), at, C, m) / C, eps);
            NormRows.gelu(y.data(), x.data(), at, C, m, s);
            if (addend != null) {
              Floats.add(y.data(), at, y.data(), at, addend.data(), at, C);
            }
            save(mean, rstd, r, m, s);
          }
        });
  }

  @Override
  public void layerNormGeluBackward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, int rows, int C) {
    Checks.floats("layerNormGeluBackward", (long) rows * C, "dx dy x", dx, dy, x);
    checkOptions("layerNormGeluBackward", mean, rstd, null, null, rows, C);
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            long at = 4 * r * C;
            float m = Floats.get(mean.data(), 4 * r);
            float s = Floats.get(rstd.data(), 4 * r);
            NormRows.geluBackward(dx.data(), dy.data(), x.data(), at, C, m, s);
            backward(dx, dx, x, mean, rstd, null, r, C);
          }
        });
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
      Floats.set(stats, c, rstd(Floats.get(stats, c) / T, eps));
    }
    for (int t = 0; t < T; t++) {
      NormRows.normaliseColumns(y, x, at + t * stride, stats, second, columns);
    }
  }

  @Override
  public void standardizeRows(Tensor y, Tensor x, float eps, int rows, int C) {
    Checks.floats("standardizeRows", (long) rows * C, "y x", y, x);
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            long at = 4 * r * C;
            float m = Floats.sum(x.data(), at, C) / C;
            float s = rstd(Floats.squares(x.data(), at, C, m) / (C - 1), eps);
            NormRows.normalise(y.data(), x.data(), at, C, m, s);
          }
        });
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
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            NormRows.softmax(y.data(), x.data(), 4 * r * C, C);
          }
        });
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor dy, Tensor y, int rows, int C) {
    Checks.floats("softmaxBackward", (long) rows * C, "dx dy y", dx, dy, y);
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            NormRows.softmaxBackward(dx.data(), dy.data(), y.data(), 4 * r * C, C);
          }
        });
  }

  private static float rstd(float variance, float eps) {
    return (float) (1 / Math.sqrt((double) variance + eps));
  }

  private static void save(
      @Nullable Tensor mean, @Nullable Tensor rstd, long row, float m, float s) {
    if (mean != null && rstd != null) {
      Floats.set(mean.data(), 4 * row, m);
      Floats.set(rstd.data(), 4 * row, s);
    }
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
