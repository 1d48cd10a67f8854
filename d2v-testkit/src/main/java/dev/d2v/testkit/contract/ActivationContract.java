package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Activation;
import dev.d2v.tensor.kernel.ActivationKernels;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every backend's [ActivationKernels] must do.
public abstract class ActivationContract extends KernelContract {
  private final Random random = new Random(13);

  /// For backends.
  protected ActivationContract() {}

  private static ActivationKernels kernels(Guarded memory) {
    return memory.backend().kernels().activation();
  }

  /// N(0,9), and one of several parts at the end.
  private double[] input(int size) {
    double[] x = normal(random, size);
    for (int i = 0; i < size; i++) {
      x[i] = (float) (3 * x[i]);
    }
    return x;
  }

  private static int[] sizes() {
    int[] sizes = Arrays.copyOf(SIZES, SIZES.length + 1);
    sizes[SIZES.length] = 40_003;
    return sizes;
  }

  @Test
  final void geluForward() {
    for (int size : sizes()) {
      double[] x = input(size);
      for (boolean inPlace : new boolean[] {false, true}) {
        float[][] out =
            run(
                2L * size,
                memory -> {
                  Tensor xs = memory.floats(x);
                  Tensor y = inPlace ? xs : memory.output(size);
                  kernels(memory).geluForward(y, xs, size);
                  return List.of(y);
                });
        double[] y = Arrays.stream(x).map(Oracle::gelu).toArray();
        assertClose("gelu", y, out[0], Tolerance.FUNCTION);
      }
    }
  }

  @Test
  final void geluBackward() {
    for (int size : sizes()) {
      double[] x = input(size);
      double[] dy = normal(random, size);
      for (boolean inPlace : new boolean[] {false, true}) {
        float[][] out =
            run(
                3L * size,
                memory -> {
                  Tensor dys = memory.floats(dy);
                  Tensor dx = inPlace ? dys : memory.output(size);
                  kernels(memory).geluBackward(dx, dys, memory.floats(x), size);
                  return List.of(dx);
                });
        double[] dx = new double[size];
        Arrays.setAll(dx, i -> dy[i] * Oracle.geluDerivative(x[i]));
        assertClose("gelu'", dx, out[0], Tolerance.FUNCTION);
      }
    }
  }

  @Test
  final void activationForward() {
    for (Activation f : Activation.values()) {
      for (int size : sizes()) {
        double[] x = input(size);
        for (boolean inPlace : new boolean[] {false, true}) {
          float[][] out =
              run(
                  2L * size,
                  memory -> {
                    Tensor xs = memory.floats(x);
                    Tensor y = inPlace ? xs : memory.output(size);
                    kernels(memory).activationForward(y, xs, f, size);
                    return List.of(y);
                  });
          double[] y = Arrays.stream(x).map(v -> Oracle.activation(f, v)).toArray();
          assertClose(f.name(), y, out[0], Tolerance.FUNCTION);
        }
      }
    }
  }

  @Test
  final void activationsOfLargeNumbers() {
    double[] x = {-100, -20, 1e-20, 20, 100};
    for (Activation f : Activation.values()) {
      float[][] out =
          run(
              20,
              memory -> {
                Tensor y = memory.output(x.length);
                kernels(memory).activationForward(y, memory.floats(x), f, x.length);
                return List.of(y);
              });
      double[] y = Arrays.stream(x).map(v -> Oracle.activation(f, v)).toArray();
      assertClose(f.name(), y, out[0], Tolerance.FUNCTION);
    }
  }

  @Test
  final void geluOfTheSpecialNumbers() {
    double[] x = {
      0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 50, -50, 1e-40
    };
    float[][] out =
        run(
            30,
            memory -> {
              Tensor y = memory.output(x.length);
              Tensor dx = memory.output(x.length);
              Tensor ones = memory.floats(new double[] {1, 1, 1, 1, 1, 1, 1});
              kernels(memory).geluForward(y, memory.floats(x), x.length);
              kernels(memory).geluBackward(dx, ones, memory.floats(x), x.length);
              return List.of(y, dx);
            });
    float[] y = {0, Float.POSITIVE_INFINITY, 0, Float.NaN, 50, 0, 0};
    float[] dx = {0.5f, 1, 0, Float.NaN, 1, 0, 0.5f};
    for (int i = 0; i < x.length; i++) {
      assertEquals(y[i], out[0][i] + 0f, 1e-30f, "gelu of " + x[i]);
      assertEquals(dx[i], out[1][i] + 0f, 1e-6f, "gelu' of " + x[i]);
    }
    assertTrue(Float.isNaN(out[0][3]));
  }
}
