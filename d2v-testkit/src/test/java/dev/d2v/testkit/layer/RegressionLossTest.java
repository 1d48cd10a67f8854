package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.nn.Pass;
import dev.d2v.nn.loss.RegressionLoss;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.LayerRig;
import dev.d2v.testkit.Tolerance;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RegressionLossTest {
  private static final int ROWS = 6;
  private static final int C = 5;
  private static final int[] TARGET_ROW = {2, -1, 0, 0, -1, 1};
  private static final float[] PRED = LayerRig.normal(new Random(1), ROWS * C, 2);
  private static final float[] TARGET = LayerRig.normal(new Random(2), 3 * C, 2);

  @Test
  void squaredErrorIsSummedOverTheChosenRows() {
    for (CpuBackend.Option option : CpuBackend.Option.values()) {
      check(option, new RegressionLoss(0, 0.5));
    }
  }

  @Test
  void smoothL1TurnsFromSquareToLineAtBeta() {
    for (CpuBackend.Option option : CpuBackend.Option.values()) {
      check(option, new RegressionLoss(1.5, 2));
    }
  }

  private static void check(CpuBackend.Option option, RegressionLoss loss) {
    double[] expected = new double[1];
    double[] gradient = new double[ROWS * C];
    for (int i = 0; i < gradient.length; i++) {
      if (TARGET_ROW[i / C] >= 0) {
        double e = (double) PRED[i] - TARGET[TARGET_ROW[i / C] * C + i % C];
        boolean line = loss.beta() > 0 && Math.abs(e) >= loss.beta();
        double divisor = loss.beta() == 0 ? 1 : 2 * loss.beta();
        expected[0] += loss.scale() * (line ? Math.abs(e) - loss.beta() / 2 : e * e / divisor);
        gradient[i] = loss.scale() * (line ? Math.signum(e) : 2 * e / divisor);
      }
    }
    try (Backend backend = CpuBackend.open(2, option);
        Workspace workspace = Workspace.poisoned(backend, 1 << 14)) {
      Pass pass = Pass.inference(backend.kernels(), workspace);
      Tensor pred = pass.take(2, ROWS / 2, C);
      Tensor target = pass.take(3, C);
      Tensor rows = workspace.take(Shape.of(ROWS), DType.I32);
      backend.upload(pred, PRED);
      backend.upload(target, TARGET);
      backend.upload(rows, TARGET_ROW);
      RegressionLoss.Result result = loss.forward(pred, target, rows, pass);
      KernelContract.assertClose(
          "loss", expected, backend.floats(result.loss()), Tolerance.reduction(ROWS * C));
      KernelContract.assertClose(
          "dpred", gradient, backend.floats(result.dpred()), Tolerance.ELEMENTWISE);
    }
  }

  @Test
  void targetsMustHaveThePredictionsWidth() {
    try (Backend backend = CpuBackend.open(1, CpuBackend.Option.SCALAR);
        Workspace workspace = Workspace.poisoned(backend, 1 << 14)) {
      Pass pass = Pass.inference(backend.kernels(), workspace);
      Tensor pred = pass.take(4, 5);
      Tensor rows = workspace.take(Shape.of(4), DType.I32);
      RegressionLoss loss = new RegressionLoss(0, 1);
      Tensor narrow = pass.take(4, 3);
      assertThrows(IllegalArgumentException.class, () -> loss.forward(pred, narrow, rows, pass));
      assertThrows(
          IllegalArgumentException.class, () -> loss.forward(pred, pred, rows.slice(0, 2), pass));
    }
  }
}
