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
  private static final int PARTIAL_SUMS = 32;

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
