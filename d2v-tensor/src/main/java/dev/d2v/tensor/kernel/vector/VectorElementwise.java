package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Floats.get;
import static dev.d2v.tensor.kernel.vector.Floats.load;
import static dev.d2v.tensor.kernel.vector.Floats.set;
import static dev.d2v.tensor.kernel.vector.Floats.splat;
import static dev.d2v.tensor.kernel.vector.Floats.store;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ElementwiseKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// Sums, copies and scalings, bound by memory.
public final class VectorElementwise implements ElementwiseKernels {
  /// Most parts whose sums are kept apart.
  private static final int PARTIAL_SUMS = 64;

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads, with this working memory.
  public VectorElementwise(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  @Override
  public void add(Tensor y, Tensor a, Tensor b, long size) {
    Checks.floats("add", size, "y a b", y, a, b);
    forEachRange(size, (at, n) -> Floats.add(y.data(), at, a.data(), at, b.data(), at, n));
  }

  @Override
  public void scale(Tensor y, Tensor x, float alpha, long size) {
    Checks.floats("scale", size, "y x", y, x);
    forEachRange(size, (at, n) -> Floats.scale(y.data(), at, x.data(), at, alpha, n));
  }

  @Override
  public void axpy(Tensor y, Tensor x, float alpha, long size) {
    Checks.floats("axpy", size, "y x", y, x);
    forEachRange(size, (at, n) -> axpy(y.data(), x.data(), at, alpha, n));
  }

  private static void axpy(MemorySegment y, MemorySegment x, long at, float alpha, int n) {
    FloatVector factor = splat(alpha);
    int i = 0;
    for (; i <= n - W; i += W) {
      long a = at + 4L * i;
      store(load(x, a).fma(factor, load(y, a)), y, a);
    }
    for (; i < n; i++) {
      long a = at + 4L * i;
      set(y, a, Math.fma(get(x, a), alpha, get(y, a)));
    }
  }

  @Override
  public void fill(Tensor y, float value, long size) {
    Checks.floats("fill", size, "y", y);
    forEachRange(size, (at, n) -> Floats.fill(y.data(), at, value, n));
  }

  @Override
  public void copy(Tensor y, Tensor x, long size) {
    Checks.floats("copy", size, "y x", y, x);
    forEachRange(size, (at, n) -> MemorySegment.copy(x.data(), at, y.data(), at, 4L * n));
  }

  @Override
  public void addRows(Tensor y, Tensor x, Tensor v, int rows, int period, int C) {
    Checks.floats("addRows", (long) rows * C, "y x", y, x);
    Checks.floats("addRows", (long) period * C, "v", v);
    Parts parts = Parts.rows(rows, C);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            long at = 4 * r * C;
            Floats.add(y.data(), at, x.data(), at, v.data(), 4 * (r % period) * C, C);
          }
        });
  }

  @Override
  public void sumRows(Tensor y, Tensor x, int rows, int period, int C) {
    Checks.floats("sumRows", (long) period * C, "y", y);
    Checks.floats("sumRows", (long) rows * C, "x", x);
    // as a matrix whose rows are whole periods, and what is left of one
    long width = (long) period * C;
    long whole = rows / period;
    long rest = rows % period * (long) C;
    if (width >= Parts.GRAIN || whole < 2) {
      forEachRange(
          width, (at, n) -> Floats.addColumns(y.data(), at, x.data(), at, 4 * width, whole, n));
    } else {
      sumPeriods(y.data(), x.data(), whole, (int) width);
    }
    Floats.add(y.data(), 0, y.data(), 0, x.data(), 4 * whole * width, (int) rest);
  }

  /// `y += sum of rows`, with one partial sum a part.
  private void sumPeriods(MemorySegment y, MemorySegment x, long rows, int width) {
    long stride = 4L * width;
    Parts parts = Parts.rows(rows, width).atMost(PARTIAL_SUMS);
    MemorySegment partial = scratch.segment(0, 0, parts.count() * stride);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long from = parts.from(part);
          Floats.zero(partial, part * stride, width);
          Floats.addColumns(
              partial, part * stride, x, from * stride, stride, parts.to(part) - from, width);
        });
    Floats.addColumns(y, 0, partial, 0, stride, parts.count(), width);
  }

  @Override
  public void scaleGroups(Tensor y, Tensor x, Tensor scale, int groups, long size) {
    Checks.floats("scaleGroups", size, "y x", y, x);
    Checks.floats("scaleGroups", groups, "scale", scale);
    long per = size / groups;
    forEachRange(
        size,
        (at, n) -> {
          long end = at / 4 + n;
          for (long i = at / 4; i < end; ) {
            long group = i / per;
            int length = (int) (Math.min(end, (group + 1) * per) - i);
            float factor = Math.max(get(scale.data(), 4 * group), 0);
            Floats.scale(y.data(), 4 * i, x.data(), 4 * i, factor, length);
            i += length;
          }
        });
  }

  @Override
  public void scaleGroupsBackward(
      Tensor dscale, Tensor dy, Tensor x, Tensor scale, int B, int groups, int per) {
    Checks.floats("scaleGroupsBackward", (long) B * groups * per, "dy x", dy, x);
    Checks.floats("scaleGroupsBackward", groups, "dscale scale", dscale, scale);
    parallel.run(
        groups,
        (g, thread) -> {
          double sum = 0;
          for (int b = 0; b < B; b++) {
            long at = 4 * ((long) b * groups + g) * per;
            sum += Floats.dot(dy.data(), at, x.data(), at, per);
          }
          if (get(scale.data(), 4L * g) >= 0) {
            set(dscale.data(), 4L * g, (float) (get(dscale.data(), 4L * g) + sum));
          }
        });
  }

  @Override
  public void weightNormForward(Tensor w, Tensor norm, Tensor v, Tensor g, int rows, int K) {
    Checks.floats("weightNormForward", (long) rows * K, "w v", w, v);
    Checks.floats("weightNormForward", K, "norm g", norm, g);
    MemorySegment factors = scratch.segment(0, 1, 4L * K);
    columnProducts(norm.data(), v.data(), v.data(), rows, K);
    for (int k = 0; k < K; k++) {
      float length = (float) Math.sqrt(get(norm.data(), 4L * k));
      set(norm.data(), 4L * k, length);
      set(factors, 4L * k, get(g.data(), 4L * k) / length);
    }
    Parts parts = Parts.rows(rows, K);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            scaleColumns(w.data(), v.data(), 4 * r * K, factors, K);
          }
        });
  }

  @Override
  public void weightNormBackward(
      Tensor dv, Tensor dg, Tensor dw, Tensor v, Tensor g, Tensor norm, int rows, int K) {
    Checks.floats("weightNormBackward", (long) rows * K, "dv dw v", dv, dw, v);
    Checks.floats("weightNormBackward", K, "dg g norm", dg, g, norm);
    MemorySegment factors = scratch.segment(0, 1, 8L * K);
    columnProducts(factors, dw.data(), v.data(), rows, K);
    for (int k = 0; k < K; k++) {
      float length = get(norm.data(), 4L * k);
      float along = get(factors, 4L * k) / length;
      float factor = get(g.data(), 4L * k) / length;
      set(dg.data(), 4L * k, get(dg.data(), 4L * k) + along);
      set(factors, 4L * k, factor);
      set(factors, 4L * (K + k), -factor * along / length);
    }
    Parts parts = Parts.rows(rows, K);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long r = parts.from(part); r < parts.to(part); r++) {
            addScaled(dv.data(), dw.data(), v.data(), 4 * r * K, factors, K);
          }
        });
  }

  /// `sums[k] = sum over r of a[r,k] b[r,k]`, with one partial sum a part.
  private void columnProducts(
      MemorySegment sums, MemorySegment a, MemorySegment b, int rows, int K) {
    Parts parts = Parts.rows(rows, K).atMost(PARTIAL_SUMS);
    MemorySegment partial = scratch.segment(0, 0, 4L * parts.count() * K);
    parallel.run(
        parts.count(),
        (part, thread) ->
            partialProducts(partial, 4L * part * K, a, b, parts.from(part), parts.to(part), K));
    Floats.zero(sums, 0, K);
    Floats.addColumns(sums, 0, partial, 0, 4L * K, parts.count(), K);
  }

  private static void partialProducts(
      MemorySegment sums, long to, MemorySegment a, MemorySegment b, long from, long end, int K) {
    int k = 0;
    for (; k <= K - W; k += W) {
      FloatVector sum = splat(0);
      for (long r = from; r < end; r++) {
        long at = 4 * (r * K + k);
        sum = load(a, at).fma(load(b, at), sum);
      }
      store(sum, sums, to + 4L * k);
    }
    for (; k < K; k++) {
      float sum = 0;
      for (long r = from; r < end; r++) {
        long at = 4 * (r * K + k);
        sum = Math.fma(get(a, at), get(b, at), sum);
      }
      set(sums, to + 4L * k, sum);
    }
  }

  /// `y[k] = x[k] factors[k]` for a row.
  private static void scaleColumns(
      MemorySegment y, MemorySegment x, long at, MemorySegment factors, int K) {
    int k = 0;
    for (; k <= K - W; k += W) {
      store(load(x, at + 4L * k).mul(load(factors, 4L * k)), y, at + 4L * k);
    }
    for (; k < K; k++) {
      set(y, at + 4L * k, get(x, at + 4L * k) * get(factors, 4L * k));
    }
  }

  /// `y[k] += a[k] factors[k] + b[k] factors[K+k]` for a row.
  private static void addScaled(
      MemorySegment y, MemorySegment a, MemorySegment b, long at, MemorySegment factors, int K) {
    long second = 4L * K;
    int k = 0;
    for (; k <= K - W; k += W) {
      long i = at + 4L * k;
      FloatVector sum = load(a, i).fma(load(factors, 4L * k), load(y, i));
      store(load(b, i).fma(load(factors, second + 4L * k), sum), y, i);
    }
    for (; k < K; k++) {
      long i = at + 4L * k;
      float sum = Math.fma(get(a, i), get(factors, 4L * k), get(y, i));
      set(y, i, Math.fma(get(b, i), get(factors, second + 4L * k), sum));
    }
  }

  /// Runs `body` for ranges of a flat tensor.
  private void forEachRange(long size, RangeBody body) {
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long from = parts.from(part);
          body.run(4 * from, (int) (parts.to(part) - from));
        });
  }

  /// What is done with one range.
  @FunctionalInterface
  private interface RangeBody {
    /// With `n` elements from byte `at` on.
    void run(long at, int n);
  }
}
