package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.layer.ChannelNorm;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ChannelNormTest {
  @Test
  void keepsTheLayerContract() {
    LayerContract.holds((scope, _) -> new ChannelNorm(scope, 5, 1e-5), 2, 7, 5);
    LayerContract.holds((scope, _) -> new ChannelNorm(scope, 17, 1e-3), 1, 9, 17);
  }

  @Test
  void aChannelHasNoMeanAndUnitVarianceOverTime() {
    int B = 2;
    int T = 50;
    int C = 3;
    float[] x = LayerRig.normal(new Random(5), B * T * C, 4);
    LayerRig.Maker maker = (scope, _) -> new ChannelNorm(scope, C, 1e-9);
    try (LayerRig rig = new LayerRig(CpuBackend.open(1, CpuBackend.Option.VECTOR), maker, false)) {
      rig.value(rig.parameters().get(0), new float[] {1, 1, 1});
      rig.value(rig.parameters().get(1), new float[] {0, 0, 0});
      float[] y = rig.forward(x, Shape.of(B, T, C), rig.inference());
      for (int s = 0; s < B * C; s++) {
        double sum = 0;
        double squares = 0;
        for (int t = 0; t < T; t++) {
          double v = y[(s / C * T + t) * C + s % C];
          sum += v;
          squares += v * v;
        }
        assertEquals(0, sum / T, 1e-6);
        assertEquals(1, squares / T, 1e-5);
      }
    }
  }

  @Test
  void declaresGammaAndBeta() {
    ParameterScope root = ParameterScope.root();
    new ChannelNorm(root.child("conv_layers.0.2"), 4, 1e-5);
    assertEquals(
        List.of("conv_layers.0.2.weight (4)", "conv_layers.0.2.bias (4)"),
        root.parameters().stream().map(p -> p.toString()).toList());
  }

  @Test
  void refusesOtherInputs() {
    ChannelNorm norm = new ChannelNorm(ParameterScope.root(), 4, 1e-5);
    var e = assertThrows(IllegalArgumentException.class, () -> norm.statistics(Shape.of(2, 3, 5)));
    assertTrue(String.valueOf(e.getMessage()).contains("(B,T,4)"));
  }
}
