package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Conv1d;
import dev.d2v.nn.layer.Conv1dNormGelu;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Conv1dTest {
  private static Conv1d conv(
      ParameterScope scope, int in, int out, int kernel, int stride, int groups) {
    return new Conv1d(
        scope, in, out, kernel, stride, groups, Initializer.bert(), Initializer.zeros());
  }

  private static Conv1d withoutBias(ParameterScope scope, int in, int out, int kernel, int stride) {
    return new Conv1d(scope, in, out, kernel, stride, 1, Initializer.bert(), null);
  }

  @Test
  void keepsTheLayerContract() {
    LayerContract.holds((scope, _) -> conv(scope, 4, 6, 3, 2, 2), 2, 9, 4);
    LayerContract.holds((scope, _) -> conv(scope, 3, 5, 4, 1, 1), 1, 6, 3);
  }

  @Test
  void ofAWaveformKeepsTheLayerContract() {
    LayerContract.holds((scope, _) -> withoutBias(scope, 1, 6, 10, 5), 2, 33, 1);
    LayerContract.holds((scope, _) -> withoutBias(scope, 1, 3, 2, 3), 2, 9, 1);
  }

  @Test
  void withNormAndGeluKeepsTheLayerContract() {
    LayerContract.holds(
        (scope, _) ->
            Conv1dNormGelu.layerNorm(withoutBias(scope, 3, 6, 3, 2), scope.child("norm"), 1e-5),
        2,
        9,
        3);
    LayerContract.holds(
        (scope, _) ->
            Conv1dNormGelu.channelNorm(withoutBias(scope, 3, 6, 3, 2), scope.child("norm"), 1e-5),
        2,
        15,
        3);
    LayerContract.holds((scope, _) -> Conv1dNormGelu.plain(conv(scope, 3, 6, 2, 2, 1)), 2, 9, 3);
  }

  @Test
  void eachOutputIsTheSumOverItsWindow() {
    int L = 11;
    float[] x = LayerRig.normal(new Random(5), L * 2, 1);
    try (LayerRig rig = rig((scope, _) -> conv(scope, 2, 3, 4, 3, 1))) {
      float[] w = rig.value(rig.parameters().get(0));
      float[] b = rig.value(rig.parameters().get(1));
      float[] y = rig.forward(x, Shape.of(1, L, 2), rig.inference());
      float[] expected = new float[3 * 3];
      for (int i = 0; i < expected.length; i++) {
        double sum = b[i % 3];
        for (int s = 0; s < 4; s++) {
          for (int c = 0; c < 2; c++) {
            sum += (double) w[(i % 3 * 2 + c) * 4 + s] * x[(i / 3 * 3 + s) * 2 + c];
          }
        }
        expected[i] = (float) sum;
      }
      assertArrayEquals(expected, y, 1e-5f);
    }
  }

  @Test
  void theParametersGradientsNeedNoInputGradient() {
    Shape shape = Shape.of(2, 12, 1);
    float[] x = LayerRig.normal(new Random(5), 24, 1);
    float[] cotangent = LayerRig.normal(new Random(6), 2 * 5 * 4, 1);
    Conv1dNormGelu[] layer = new Conv1dNormGelu[1];
    LayerRig.Maker maker =
        (scope, _) -> {
          Conv1d conv = withoutBias(scope, 1, 4, 4, 2);
          layer[0] = Conv1dNormGelu.layerNorm(conv, scope.child("norm"), 1e-5);
          return layer[0];
        };
    float[] expected;
    try (LayerRig rig = rig(maker)) {
      expected = rig.step(x, shape, cotangent, 1).gradients();
    }
    try (LayerRig rig = rig(maker)) {
      Pass pass = rig.training(1);
      Tensor y = layer[0].forward(rig.upload(x, shape), pass);
      layer[0].backwardParameters(rig.upload(cotangent, y.shape()), pass);
      assertEquals(0, pass.pending());
      float[] gradients = new float[expected.length];
      int at = 0;
      for (Parameter p : rig.parameters()) {
        float[] gradient = rig.gradient(p);
        System.arraycopy(gradient, 0, gradients, at, gradient.length);
        at += gradient.length;
      }
      assertArrayEquals(expected, gradients);
    }
  }

  @Test
  void declaresThePublishedNames() {
    ParameterScope root = ParameterScope.root();
    Conv1d conv = withoutBias(root.child("conv_layers.0.0"), 1, 512, 10, 5);
    Conv1dNormGelu.layerNorm(conv, root.child("conv_layers.0.2.1"), 1e-5);
    assertEquals(
        List.of(
            "conv_layers.0.0.weight (512,1,10)",
            "conv_layers.0.2.1.weight (512)",
            "conv_layers.0.2.1.bias (512)"),
        root.parameters().stream().map(Parameter::toString).toList());
  }

  @Test
  void refusesInputsShorterThanItsKernel() {
    ParameterScope root = ParameterScope.root();
    assertThrows(IllegalArgumentException.class, () -> conv(root, 4, 6, 3, 0, 1));
    Conv1d layer = conv(root, 4, 6, 3, 2, 1);
    var e =
        assertThrows(IllegalArgumentException.class, () -> layer.outputShape(Shape.of(1, 2, 4)));
    assertTrue(String.valueOf(e.getMessage()).contains("at least the kernel's 3"));
  }

  private static LayerRig rig(LayerRig.Maker maker) {
    return new LayerRig(CpuBackend.open(1, CpuBackend.Option.SCALAR), maker, false);
  }
}
