package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.OptimizerKernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every backend's [OptimizerKernels] must do.
public abstract class OptimizerContract extends KernelContract {
  private final Random random = new Random(23);

  /// For backends.
  protected OptimizerContract() {}

  private static OptimizerKernels kernels(Guarded memory) {
    return memory.backend().kernels().optimizer();
  }

  private static StepNumbers numbers(Guarded memory, double[] floats) {
    return new StepNumbers(memory.floats(floats), memory.ints(new int[StepNumbers.INTS]));
  }

  /// The sizes of all contracts, and one of several parts.
  private static int[] sizes() {
    int[] sizes = Arrays.copyOf(SIZES, SIZES.length + 1);
    sizes[SIZES.length] = 40_003;
    return sizes;
  }

  @Test
  final void clip() {
    for (int size : sizes()) {
      clip(size, 0);
      clip(size, 0.5f);
      clip(size, 1e6f);
    }
  }

  private void clip(int size, float limit) {
    double[] g = normal(random, size);
    double[] floats = new double[StepNumbers.FLOATS];
    floats[StepNumbers.GRADIENT_SCALE] = 0.125f;
    floats[StepNumbers.CLIP_NORM] = limit;
    float[][] out =
        run(
            size + 32L,
            memory -> {
              StepNumbers numbers = numbers(memory, floats);
              kernels(memory).clip(numbers, memory.floats(g), size);
              return List.of(numbers.floats());
            });
    double norm = 0.125 * Math.sqrt(Arrays.stream(g).map(v -> v * v).sum());
    double[] expected = floats.clone();
    expected[StepNumbers.GRADIENT_NORM] = norm;
    expected[StepNumbers.GRADIENT_FACTOR] =
        0.125 * (limit == 0 ? 1 : Math.min(1, limit / (norm + 1e-6)));
    for (int i = 0; i < expected.length; i++) {
      assertClose("number " + i, new double[] {expected[i]}, new float[] {out[0][i]}, 2e-6);
    }
  }

  @Test
  final void adamW() {
    for (int size : sizes()) {
      adamW(size, true, 0.01f, true, 1);
      adamW(size, true, 0, false, 0.65f);
      adamW(size, false, 0.1f, true, 0.5f);
    }
  }

  private void adamW(int size, boolean teacher, float rate, boolean decays, float lrScale) {
    double[] p = normal(random, size);
    double[] m = normal(random, size);
    double[] v = Arrays.stream(normal(random, size)).map(x -> (float) (x * x)).toArray();
    double[] t = normal(random, size);
    double[] g = normal(random, size);
    double[] floats = new double[StepNumbers.FLOATS];
    floats[StepNumbers.LEARNING_RATE] = 0.02f;
    floats[StepNumbers.WEIGHT_DECAY] = 0.05f;
    floats[StepNumbers.ADAM_STEP] = 0.015f;
    floats[StepNumbers.EMA_STEP] = rate;
    floats[StepNumbers.GRADIENT_FACTOR] = 0.25f;
    double beta1 = 0.9;
    double beta2 = 0.98;
    double eps = 1e-6;
    float[][] out =
        run(
            5L * size + 32,
            memory -> {
              Tensor ps = memory.floats(p);
              Tensor ms = memory.floats(m);
              Tensor vs = memory.floats(v);
              Tensor ts = memory.floats(t);
              Tensor gs = memory.floats(g);
              kernels(memory)
                  .adamW(
                      numbers(memory, floats),
                      ps,
                      ms,
                      vs,
                      teacher ? ts : null,
                      gs,
                      decays,
                      lrScale,
                      beta1,
                      beta2,
                      eps,
                      size);
              return List.of(ps, ms, vs, ts, gs);
            });
    assertArrayEquals(toFloats(g), out[4]);
    if (!teacher || rate <= 0) {
      assertArrayEquals(toFloats(t), out[3]);
    }
    for (int i = 0; i < size; i++) {
      double gradient = 0.25 * g[i];
      m[i] = beta1 * m[i] + (1 - beta1) * gradient;
      v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
      double before = p[i];
      p[i] -= decays ? 0.02 * lrScale * 0.05 * before : 0;
      p[i] -= 0.015 * lrScale * m[i] / (Math.sqrt(v[i]) + eps);
      t[i] = teacher && rate > 0 ? (1.0 - rate) * t[i] + rate * p[i] : t[i];
    }
    assertClose("p", p, out[0], Tolerance.ELEMENTWISE);
    assertClose("m", m, out[1], Tolerance.ELEMENTWISE);
    assertClose("v", v, out[2], Tolerance.ELEMENTWISE);
    assertClose("t", t, out[3], Tolerance.ELEMENTWISE);
  }

  @Test
  final void smallDecayIsNotLostInRounding() {
    // lr * wd = 1e-7 is below the spacing of floats at 1: only p - lr wd p keeps it for p = 1024
    double[] floats = new double[StepNumbers.FLOATS];
    floats[StepNumbers.LEARNING_RATE] = 1e-5f;
    floats[StepNumbers.WEIGHT_DECAY] = 0.03f;
    floats[StepNumbers.EMA_STEP] = 0;
    int size = 37;
    double[] p = new double[size];
    Arrays.fill(p, 1023.9999f);
    float[][] out =
        run(
            5L * size + 32,
            memory -> {
              Tensor ps = memory.floats(p);
              Tensor ms = memory.floats(new double[size]);
              Tensor vs = memory.floats(new double[size]);
              Tensor gs = memory.floats(new double[size]);
              kernels(memory)
                  .adamW(
                      numbers(memory, floats),
                      ps,
                      ms,
                      vs,
                      null,
                      gs,
                      true,
                      1,
                      0.9,
                      0.98,
                      1e-6,
                      size);
              return List.of(ps);
            });
    double[] change = new double[size];
    float[] actual = new float[size];
    for (int i = 0; i < size; i++) {
      change[i] = (float) (p[i] - 3e-7 * p[i]) - p[i];
      actual[i] = (float) (out[0][i] - p[i]);
    }
    assertClose("decay", change, actual, 1e-3);
  }

  @Test
  final void ema() {
    for (int size : sizes()) {
      for (float rate : new float[] {1, 0.001f, 1e-5f, 0}) {
        double[] t = normal(random, size);
        double[] p = normal(random, size);
        double[] floats = new double[StepNumbers.FLOATS];
        floats[StepNumbers.EMA_STEP] = rate;
        float[][] out =
            run(
                2L * size + 32,
                memory -> {
                  Tensor ts = memory.floats(t);
                  kernels(memory).ema(numbers(memory, floats), ts, memory.floats(p), size);
                  return List.of(ts);
                });
        double[] expected = new double[size];
        Arrays.setAll(expected, i -> (1.0 - rate) * t[i] + rate * p[i]);
        assertClose("ema", expected, out[0], Tolerance.ELEMENTWISE);
      }
    }
  }

  private static float[] toFloats(double[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) x[i];
    }
    return y;
  }
}
