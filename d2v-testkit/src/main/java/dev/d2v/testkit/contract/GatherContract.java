package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.GatherKernels;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every backend's [GatherKernels] must do.
public abstract class GatherContract extends KernelContract {
  private final Random random = new Random(17);

  /// For backends.
  protected GatherContract() {}

  private static GatherKernels kernels(Guarded memory) {
    return memory.backend().kernels().gather();
  }

  /// n indices into rowsX rows of x, and below 0 into rowsZ rows of z.
  private int[] index(int n, int rowsX, int rowsZ) {
    int[] index = new int[n];
    for (int j = 0; j < n; j++) {
      index[j] = random.nextInt(rowsX + rowsZ) - rowsZ;
    }
    return index;
  }

  @Test
  final void gatherRows() {
    for (int C : SIZES) {
      gatherRows(5, 4, 2, C, true);
      gatherRows(5, 4, 2, C, false);
    }
    gatherRows(900, 300, 10, 50, true);
  }

  private void gatherRows(int n, int rowsX, int rowsZ, int C, boolean extra) {
    double[] x = normal(random, rowsX * C);
    double[] z = normal(random, rowsZ * C);
    int[] index = index(n, rowsX, rowsZ);
    float[][] out =
        run(
            (long) (n + rowsX + rowsZ) * C + n,
            memory -> {
              Tensor y = memory.output(n * C);
              Tensor xs = memory.floats(x);
              Tensor zs = extra ? memory.floats(z) : null;
              kernels(memory).gatherRows(y, xs, zs, memory.ints(index), n, C);
              return List.of(y);
            });
    float[] y = new float[n * C];
    for (int i = 0; i < y.length; i++) {
      int row = index[i / C];
      if (row >= 0) {
        y[i] = (float) x[row * C + i % C];
      } else if (extra) {
        y[i] = (float) z[(-1 - row) * C + i % C];
      }
    }
    assertArrayEquals(y, out[0]);
  }

  @Test
  final void scatterRows() {
    for (int C : SIZES) {
      scatterRows(9, 4, 2, C, true);
      scatterRows(9, 4, 2, C, false);
      scatterRows(3, 7, 1, C, true);
    }
    scatterRows(900, 400, 3, 130, true);
  }

  private void scatterRows(int n, int rowsX, int rowsZ, int C, boolean extra) {
    double[] dy = normal(random, n * C);
    double[] before = normal(random, rowsZ * C);
    int[] index = index(n, rowsX, rowsZ);
    float[][] out =
        run(
            (long) (n + rowsX + rowsZ) * C + n,
            memory -> {
              Tensor dx = memory.output(rowsX * C);
              Tensor dz = memory.floats(before);
              Tensor dys = memory.floats(dy);
              kernels(memory)
                  .scatterRows(dx, extra ? dz : null, dys, memory.ints(index), n, rowsX, rowsZ, C);
              return List.of(dx, dz);
            });
    double[] dx = new double[rowsX * C];
    double[] dz = before.clone();
    for (int i = 0; i < dy.length; i++) {
      int row = index[i / C];
      if (row >= 0) {
        dx[row * C + i % C] += dy[i];
      } else if (extra) {
        dz[(-1 - row) * C + i % C] += dy[i];
      }
    }
    assertClose("dx", dx, out[0], Tolerance.reduction(n));
    assertClose("dz", dz, out[1], Tolerance.reduction(n));
  }

  @Test
  final void gatherPairs() {
    gatherPairs(1, 1, 1, 1);
    gatherPairs(2, 3, 5, 9);
    gatherPairs(3, 2, 17, 20);
    gatherPairs(2, 4, 100, 197);
  }

  private void gatherPairs(int R, int H, int V, int T) {
    double[] table = normal(random, H * T * T);
    int[] keep = index(R * V, T, V > 1 ? 2 : 0);
    float[][] out =
        run(
            table.length + (long) R * V * (H * (long) V + 1),
            memory -> {
              Tensor y = memory.output(R * H * V * V);
              Tensor tables = memory.floats(table);
              kernels(memory).gatherPairs(y, tables, memory.ints(keep), R, H, V, T);
              return List.of(y);
            });
    float[] y = new float[R * H * V * V];
    for (int i = 0; i < y.length; i++) {
      int r = i / V / V / H;
      int from = keep[r * V + i / V % V];
      int to = keep[r * V + i % V];
      if (from >= 0 && to >= 0) {
        y[i] = (float) table[(i / V / V % H * T + from) * T + to];
      }
    }
    assertArrayEquals(y, out[0]);
  }

  @Test
  final void distancePairs() {
    distancePairs(1, 1, 1, 1);
    distancePairs(2, 3, 5, 9);
    distancePairs(3, 2, 17, 20);
    distancePairs(2, 4, 100, 999);
  }

  private void distancePairs(int R, int H, int V, int T) {
    double[] slope = normal(random, H);
    int[] keep = index(R * V, T, V > 1 ? 2 : 0);
    float[][] out =
        run(
            (long) R * V * (H * (long) V + 1) + H,
            memory -> {
              Tensor y = memory.output(R * H * V * V);
              Tensor slopes = memory.floats(slope);
              kernels(memory).distancePairs(y, slopes, memory.ints(keep), R, H, V);
              return List.of(y);
            });
    double[] y = new double[R * H * V * V];
    for (int i = 0; i < y.length; i++) {
      int r = i / V / V / H;
      int from = keep[r * V + i / V % V];
      int to = keep[r * V + i % V];
      if (from >= 0 && to >= 0) {
        y[i] = slope[i / V / V % H] * Math.abs(from - to);
      }
    }
    assertClose("y", y, out[0], Tolerance.reduction(1));
  }
}
