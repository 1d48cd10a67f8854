package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.LossKernels;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every backend's [LossKernels] must do.
public abstract class LossContract extends KernelContract {
  private final Random random = new Random(19);

  /// For backends.
  protected LossContract() {}

  private static LossKernels kernels(Guarded memory) {
    return memory.backend().kernels().loss();
  }

  @Test
  final void regression() {
    for (int C : SIZES) {
      regression(6, C, 0);
      regression(6, C, 0.75f);
    }
    regression(700, 65, 0);
    regression(700, 65, 1.5f);
  }

  private void regression(int rows, int C, float beta) {
    int targets = rows / 2;
    float scale = 0.3f;
    double[] pred = normal(random, rows * C);
    double[] target = normal(random, targets * C);
    int[] targetRow = new int[rows];
    Arrays.setAll(targetRow, r -> r % 3 == 1 ? -1 : random.nextInt(targets));
    float[][] out =
        run(
            3L * rows * C + rows + 1,
            memory -> {
              Tensor loss = memory.output(1);
              Tensor dpred = memory.output(rows * C);
              Tensor preds = memory.floats(pred);
              Tensor targetsAt = memory.floats(target);
              Tensor index = memory.ints(targetRow);
              kernels(memory)
                  .regression(loss, dpred, preds, targetsAt, index, beta, scale, rows, C);
              return List.of(loss, dpred);
            });
    double loss = 0;
    double[] dpred = new double[rows * C];
    for (int i = 0; i < dpred.length; i++) {
      int row = targetRow[i / C];
      if (row >= 0) {
        double e = pred[i] - target[row * C + i % C];
        boolean near = Math.abs(e) < beta;
        loss += beta == 0 ? e * e : near ? e * e / (2 * beta) : Math.abs(e) - beta / 2;
        dpred[i] = scale * (beta == 0 ? 2 * e : near ? e / beta : Math.signum(e));
      }
    }
    assertClose("loss", new double[] {scale * loss}, out[0], Tolerance.reduction(C));
    assertClose("dpred", dpred, out[1], Tolerance.ELEMENTWISE);
  }

  @Test
  final void spread() {
    for (int C : SIZES) {
      spread(7, C);
      spread(2, C);
    }
    spread(1000, 130);
  }

  private void spread(int n, int C) {
    int rows = n / 2 + 1;
    double[] x = normal(random, rows * C);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (x[i] + 20);
    }
    int[] index = new int[n];
    // not chosen: every fifth from the third on
    Arrays.setAll(index, j -> j % 5 == 2 ? -1 : j == 0 ? 0 : j == 1 ? 1 : random.nextInt(rows));
    float[] out = spread(x, index, C);
    int[] chosen = Arrays.stream(index).filter(j -> j >= 0).toArray();
    double sum = 0;
    for (int c = 0; c < C; c++) {
      int channel = c;
      double[] values = Arrays.stream(chosen).mapToDouble(j -> x[j * C + channel]).toArray();
      sum += Math.sqrt(Oracle.squares(values) / (values.length - 1) + 1e-6);
    }
    assertClose("spread", new double[] {sum / C}, out, Tolerance.reduction(n) + 1e-6);
  }

  private float[] spread(double[] x, int[] index, int C) {
    return run(
        x.length + index.length + 1L,
        memory -> {
          Tensor out = memory.output(1);
          Tensor xs = memory.floats(x);
          kernels(memory).spread(out, xs, memory.ints(index), index.length, C);
          return List.of(out);
        })[0];
  }

  @Test
  final void spreadOfFewerThanTwoRowsIsNaN() {
    double[] x = normal(random, 6);
    assertTrue(Float.isNaN(spread(x, new int[] {-1, 1, -1}, 3)[0]));
    assertTrue(Float.isNaN(spread(x, new int[] {-1, -1}, 3)[0]));
  }

  @Test
  final void spreadOfEqualRowsIsTheRootOfTheFloor() {
    double[] x = normal(random, 3);
    float[] out = spread(x, new int[] {0, 0, 0, 0}, 3);
    assertClose("spread", new double[] {1e-3}, out, Tolerance.ELEMENTWISE);
  }
}
