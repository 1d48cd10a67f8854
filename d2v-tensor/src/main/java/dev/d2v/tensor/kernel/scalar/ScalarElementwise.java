package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ElementwiseKernels;
import dev.d2v.tensor.parallel.RowParallel;

/// Sums, copies and scalings, element by element.
public final class ScalarElementwise implements ElementwiseKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarElementwise(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void add(Tensor y, Tensor a, Tensor b, long size) {
    Checks.floats("add", size, "y a b", y, a, b);
    forEach(parallel, size, 1, i -> set(y, i, get(a, i) + get(b, i)));
  }

  @Override
  public void scale(Tensor y, Tensor x, float alpha, long size) {
    Checks.floats("scale", size, "y x", y, x);
    forEach(parallel, size, 1, i -> set(y, i, alpha * get(x, i)));
  }

  @Override
  public void axpy(Tensor y, Tensor x, float alpha, long size) {
    Checks.floats("axpy", size, "y x", y, x);
    forEach(parallel, size, 1, i -> set(y, i, get(y, i) + alpha * get(x, i)));
  }

  @Override
  public void fill(Tensor y, float value, long size) {
    Checks.floats("fill", size, "y", y);
    forEach(parallel, size, 1, i -> set(y, i, value));
  }

  @Override
  public void copy(Tensor y, Tensor x, long size) {
    Checks.floats("copy", size, "y x", y, x);
    forEach(parallel, size, 1, i -> set(y, i, get(x, i)));
  }

  @Override
  public void addRows(Tensor y, Tensor x, Tensor v, int rows, int period, int C) {
    Checks.floats("addRows", (long) rows * C, "y x", y, x);
    Checks.floats("addRows", (long) period * C, "v", v);
    forEach(
        parallel,
        rows,
        C,
        r -> {
          for (int c = 0; c < C; c++) {
            set(y, r * C + c, get(x, r * C + c) + get(v, r % period * C + c));
          }
        });
  }

  @Override
  public void sumRows(Tensor y, Tensor x, int rows, int period, int C) {
    Checks.floats("sumRows", (long) period * C, "y", y);
    Checks.floats("sumRows", (long) rows * C, "x", x);
    forEach(
        parallel,
        (long) period * C,
        Math.ceilDiv(rows, period),
        column -> {
          double sum = 0;
          for (long i = column; i < (long) rows * C; i += (long) period * C) {
            sum += get(x, i);
          }
          Elements.add(y, column, sum);
        });
  }

  @Override
  public void scaleGroups(Tensor y, Tensor x, Tensor scale, int groups, long size) {
    Checks.floats("scaleGroups", size, "y x", y, x);
    Checks.floats("scaleGroups", groups, "scale", scale);
    long per = size / groups;
    forEach(parallel, size, 1, i -> set(y, i, get(x, i) * Math.max(get(scale, i / per), 0)));
  }

  @Override
  public void scaleGroupsBackward(
      Tensor dscale, Tensor dy, Tensor x, Tensor scale, int B, int groups, int per) {
    Checks.floats("scaleGroupsBackward", (long) B * groups * per, "dy x", dy, x);
    Checks.floats("scaleGroupsBackward", groups, "dscale scale", dscale, scale);
    forEach(
        parallel,
        groups,
        (long) B * per,
        g -> {
          double sum = 0;
          for (long b = 0; b < B; b++) {
            for (long i = (b * groups + g) * per; i < (b * groups + g + 1) * per; i++) {
              sum += get(dy, i) * get(x, i);
            }
          }
          Elements.add(dscale, g, get(scale, g) < 0 ? 0 : sum);
        });
  }
}
