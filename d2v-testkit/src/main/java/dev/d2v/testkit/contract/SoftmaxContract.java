package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.NormKernels;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every backend's softmax must do.
public abstract class SoftmaxContract extends KernelContract {
  private final Random random = new Random(8);

  /// For backends.
  protected SoftmaxContract() {}

  private static NormKernels kernels(Guarded memory) {
    return memory.backend().kernels().norm();
  }

  @Test
  final void softmaxForward() {
    for (int[] size : sizes()) {
      int rows = size[0];
      int C = size[1];
      double[] x = normal(random, rows * C);
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) (x[i] * 5 + 200);
      }
      if (C > 2) {
        x[1] = Double.NEGATIVE_INFINITY;
      }
      float[][] out =
          run(
              4L * rows * C,
              memory -> {
                Tensor in = memory.floats(x);
                Tensor y = rows % 2 == 0 ? in : memory.output(rows * C);
                kernels(memory).softmaxForward(y, in, rows, C);
                return List.of(y);
              });
      assertClose("softmax", softmax(x, rows, C), out[0], Tolerance.FUNCTION);
    }
  }

  @Test
  final void softmaxBackward() {
    for (int[] size : sizes()) {
      int rows = size[0];
      int C = size[1];
      float[] rounded = toFloats(softmax(normal(random, rows * C), rows, C));
      double[] y = toDoubles(rounded);
      double[] dy = normal(random, rows * C);
      float[][] out =
          run(
              4L * rows * C,
              memory -> {
                Tensor in = memory.floats(dy);
                Tensor dx = rows % 2 == 0 ? in : memory.output(rows * C);
                kernels(memory).softmaxBackward(dx, in, memory.floats(y), rows, C);
                return List.of(dx);
              });
      double[] dx = new double[rows * C];
      for (int r = 0; r < rows; r++) {
        double dot = 0;
        for (int i = r * C; i < (r + 1) * C; i++) {
          dot += dy[i] * y[i];
        }
        for (int i = r * C; i < (r + 1) * C; i++) {
          dx[i] = y[i] * (dy[i] - dot);
        }
      }
      if (C > 1) {
        assertClose("softmaxBackward", dx, out[0], Tolerance.reduction(C));
      } else {
        // one probability of 1: dy - dy
        assertArrayEquals(new float[rows], out[0]);
      }
    }
  }

  private static double[] softmax(double[] x, int rows, int C) {
    double[] y = new double[rows * C];
    for (int r = 0; r < rows; r++) {
      double sum = 0;
      for (int i = r * C; i < (r + 1) * C; i++) {
        y[i] = Math.exp(x[i] - 200);
        sum += y[i];
      }
      for (int i = r * C; i < (r + 1) * C; i++) {
        y[i] /= sum;
      }
    }
    return y;
  }

  private static float[] toFloats(double[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) x[i];
    }
    return y;
  }

  private static double[] toDoubles(float[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }

  private static List<int[]> sizes() {
    List<int[]> sizes = new ArrayList<>();
    for (int C : SIZES) {
      sizes.add(new int[] {C % 2 == 0 ? 5 : 2, C});
    }
    sizes.add(new int[] {520, 64});
    sizes.add(new int[] {33, 1021});
    return sizes;
  }
}
