package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ElementwiseKernels;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/// What every backend's [ElementwiseKernels] must do.
public abstract class ElementwiseContract extends KernelContract {
  private final Random random = new Random(11);

  /// For backends.
  protected ElementwiseContract() {}

  private static ElementwiseKernels kernels(Guarded memory) {
    return memory.backend().kernels().elementwise();
  }

  /// The sizes of all contracts, and one of several parts.
  private static int[] sizes() {
    int[] sizes = Arrays.copyOf(SIZES, SIZES.length + 1);
    sizes[SIZES.length] = 40_003;
    return sizes;
  }

  private static double[] fill(int size, IntToDoubleFunction value) {
    double[] out = new double[size];
    Arrays.setAll(out, value);
    return out;
  }

  @Test
  final void add() {
    for (int size : sizes()) {
      double[] a = normal(random, size);
      double[] b = normal(random, size);
      for (int alias = 0; alias < 3; alias++) {
        int form = alias;
        float[][] out =
            run(
                3L * size,
                memory -> {
                  Tensor as = memory.floats(a);
                  Tensor bs = memory.floats(b);
                  Tensor y = form == 0 ? memory.output(size) : form == 1 ? as : bs;
                  kernels(memory).add(y, as, bs, size);
                  return List.of(y);
                });
        assertClose("add", fill(size, i -> a[i] + b[i]), out[0], Tolerance.ELEMENTWISE);
      }
    }
  }

  @Test
  final void scale() {
    for (int size : sizes()) {
      double[] x = normal(random, size);
      for (boolean inPlace : new boolean[] {false, true}) {
        float[][] out =
            run(
                2L * size,
                memory -> {
                  Tensor xs = memory.floats(x);
                  Tensor y = inPlace ? xs : memory.output(size);
                  kernels(memory).scale(y, xs, -0.7f, size);
                  return List.of(y);
                });
        assertClose("scale", fill(size, i -> -0.7 * x[i]), out[0], Tolerance.ELEMENTWISE);
      }
    }
  }

  @Test
  final void axpy() {
    for (int size : sizes()) {
      double[] x = normal(random, size);
      double[] before = normal(random, size);
      float[][] out =
          run(
              2L * size,
              memory -> {
                Tensor y = memory.floats(before);
                kernels(memory).axpy(y, memory.floats(x), 1.3f, size);
                return List.of(y);
              });
      double[] y = fill(size, i -> before[i] + 1.3f * x[i]);
      assertClose("axpy", y, out[0], Tolerance.ELEMENTWISE);
    }
  }

  @Test
  final void fill() {
    for (int size : sizes()) {
      float[][] out =
          run(
              2L * size,
              memory -> {
                Tensor y = memory.output(size);
                Tensor zeros = memory.output(size);
                kernels(memory).fill(y, 2.5f, size);
                kernels(memory).fill(zeros, 0, size);
                return List.of(y, zeros);
              });
      float[] expected = new float[size];
      assertArrayEquals(expected, out[1]);
      Arrays.fill(expected, 2.5f);
      assertArrayEquals(expected, out[0]);
    }
  }

  @Test
  final void copy() {
    for (int size : sizes()) {
      double[] x = normal(random, size);
      float[][] out =
          run(
              2L * size,
              memory -> {
                Tensor xs = memory.floats(x);
                Tensor y = memory.output(size);
                kernels(memory).copy(y, xs, size);
                return List.of(xs, y);
              });
      assertArrayEquals(out[0], out[1]);
    }
  }

  @Test
  final void addRows() {
    for (int C : SIZES) {
      addRows(7, 3, C, C % 2 == 0);
    }
    addRows(900, 197, 50, true);
  }

  private void addRows(int rows, int period, int C, boolean inPlace) {
    double[] x = normal(random, rows * C);
    double[] v = normal(random, period * C);
    float[][] out =
        run(
            3L * rows * C,
            memory -> {
              Tensor xs = memory.floats(x);
              Tensor y = inPlace ? xs : memory.output(rows * C);
              kernels(memory).addRows(y, xs, memory.floats(v), rows, period, C);
              return List.of(y);
            });
    double[] y = fill(rows * C, i -> x[i] + v[i / C % period * C + i % C]);
    assertClose("addRows", y, out[0], Tolerance.ELEMENTWISE);
  }

  @Test
  final void sumRows() {
    for (int C : SIZES) {
      sumRows(1, 1, C);
      sumRows(5, 1, C);
      sumRows(7, 3, C);
      sumRows(2, 3, C);
    }
    sumRows(3000, 1, 20);
    sumRows(401, 4, 101);
    sumRows(70, 33, 600);
  }

  private void sumRows(int rows, int period, int C) {
    double[] x = normal(random, rows * C);
    double[] before = normal(random, period * C);
    float[][] out =
        run(
            (long) (rows + period) * C,
            memory -> {
              Tensor y = memory.floats(before);
              kernels(memory).sumRows(y, memory.floats(x), rows, period, C);
              return List.of(y);
            });
    double[] y = before.clone();
    for (int i = 0; i < x.length; i++) {
      y[i / C % period * C + i % C] += x[i];
    }
    assertClose("sumRows", y, out[0], Tolerance.reduction(rows));
  }

  @Test
  final void scaleGroups() {
    for (int per : sizes()) {
      int groups = 3;
      int size = groups * per;
      double[] x = normal(random, size);
      double[] scale = {0.5, -0.25, 2};
      for (boolean inPlace : new boolean[] {false, true}) {
        float[][] out =
            run(
                2L * size + groups,
                memory -> {
                  Tensor xs = memory.floats(x);
                  Tensor y = inPlace ? xs : memory.output(size);
                  kernels(memory).scaleGroups(y, xs, memory.floats(scale), groups, size);
                  return List.of(y);
                });
        double[] y = fill(size, i -> x[i] * Math.max(scale[i / per], 0));
        assertClose("scaleGroups", y, out[0], Tolerance.ELEMENTWISE);
      }
    }
  }

  @Test
  final void scaleGroupsBackward() {
    for (int per : SIZES) {
      int B = 2;
      double[] scale = {0.5, -0.25, 0};
      double[] before = {1, 2, 3};
      double[] x = normal(random, B * 3 * per);
      double[] dy = normal(random, B * 3 * per);
      float[][] out =
          run(
              6L * per * B + 6,
              memory -> {
                Tensor dscale = memory.floats(before);
                kernels(memory)
                    .scaleGroupsBackward(
                        dscale,
                        memory.floats(dy),
                        memory.floats(x),
                        memory.floats(scale),
                        B,
                        3,
                        per);
                return List.of(dscale);
              });
      double[] dscale = before.clone();
      for (int i = 0; i < x.length; i++) {
        int group = i / per % 3;
        dscale[group] += scale[group] < 0 ? 0 : dy[i] * x[i];
      }
      assertClose("scaleGroupsBackward", dscale, out[0], Tolerance.reduction(B * per));
    }
  }

  @Test
  final void weightNorm() {
    for (int K : new int[] {1, 3, 8, 17, 128}) {
      for (int rows : new int[] {1, 2, 31, 600}) {
        weightNorm(rows, K);
      }
    }
  }

  private void weightNorm(int rows, int K) {
    double[] v = normal(random, rows * K);
    // away from zero, where the derivative of a direction has no bounds
    Arrays.setAll(v, i -> (float) (v[i] + Math.copySign(1, v[i])));
    double[] dw = normal(random, rows * K);
    double[] g = normal(random, K);
    double[] dvBefore = normal(random, rows * K);
    double[] dgBefore = normal(random, K);
    float[][] out =
        run(
            4L * rows * K + 3L * K,
            memory -> {
              Tensor w = memory.output(rows * K);
              Tensor norm = memory.output(K);
              Tensor vs = memory.floats(v);
              Tensor gs = memory.floats(g);
              Tensor dv = memory.floats(dvBefore);
              Tensor dg = memory.floats(dgBefore);
              kernels(memory).weightNormForward(w, norm, vs, gs, rows, K);
              kernels(memory).weightNormBackward(dv, dg, memory.floats(dw), vs, gs, norm, rows, K);
              return List.of(w, norm, dv, dg);
            });
    double[] norm = new double[K];
    double[] along = new double[K];
    for (int i = 0; i < v.length; i++) {
      norm[i % K] = Math.hypot(norm[i % K], v[i]);
    }
    double[] dg = dgBefore.clone();
    for (int i = 0; i < v.length; i++) {
      along[i % K] += dw[i] * v[i] / norm[i % K];
      dg[i % K] += dw[i] * v[i] / norm[i % K];
    }
    double tolerance = Tolerance.reduction(rows);
    assertClose("w", fill(v.length, i -> g[i % K] * v[i] / norm[i % K]), out[0], tolerance);
    assertClose("norm", norm, out[1], tolerance);
    double[] dv =
        fill(
            v.length,
            i -> {
              int k = i % K;
              return dvBefore[i] + g[k] / norm[k] * (dw[i] - along[k] * v[i] / norm[k]);
            });
    assertClose("dv", dv, out[2], tolerance);
    assertClose("dg", dg, out[3], tolerance);
  }

  @Test
  final void wrongSizesAreRefused() {
    try (Backend backend = open(1);
        Guarded memory = new Guarded(backend, 100)) {
      Tensor ten = memory.output(10);
      Tensor index = memory.ints(new int[10]);
      ElementwiseKernels k = kernels(memory);
      assertThrows(IllegalArgumentException.class, () -> k.add(ten, ten, ten, 11));
      assertThrows(IllegalArgumentException.class, () -> k.add(ten, ten, index, 10));
      assertThrows(IllegalArgumentException.class, () -> k.sumRows(ten, ten, 2, 1, 6));
    }
  }
}
