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

  @Override
  public void weightNormForward(Tensor w, Tensor norm, Tensor v, Tensor g, int rows, int K) {
    Checks.floats("weightNormForward", (long) rows * K, "w v", w, v);
    Checks.floats("weightNormForward", K, "norm g", norm, g);
    forEach(
        parallel,
        K,
        rows,
        k -> {
          double length = Math.sqrt(product(v, v, k, rows, K));
          set(norm, k, length);
          for (long i = k; i < (long) rows * K; i += K) {
            set(w, i, get(g, k) * get(v, i) / length);
          }
        });
  }

  @Override
  public void weightNormBackward(
      Tensor dv, Tensor dg, Tensor dw, Tensor v, Tensor g, Tensor norm, int rows, int K) {
    Checks.floats("weightNormBackward", (long) rows * K, "dv dw v", dv, dw, v);
    Checks.floats("weightNormBackward", K, "dg g norm", dg, g, norm);
    forEach(
        parallel,
        K,
        rows,
        k -> {
          double length = get(norm, k);
          double along = product(dw, v, k, rows, K) / length;
          Elements.add(dg, k, along);
          for (long i = k; i < (long) rows * K; i += K) {
            double across = get(dw, i) - along * get(v, i) / length;
            Elements.add(dv, i, get(g, k) / length * across);
          }
        });
  }

  /// `sum over r of a[r,k] b[r,k]`.
  private static double product(Tensor a, Tensor b, long k, int rows, int K) {
    double sum = 0;
    for (long i = k; i < (long) rows * K; i += K) {
      sum += get(a, i) * get(b, i);
    }
    return sum;
  }
}
