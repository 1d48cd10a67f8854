package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.LearnedPositions;
import dev.d2v.nn.layer.PatchEmbedding;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PatchEmbeddingTest {
  private static final int B = 2;
  private static final int CHANNELS = 3;
  private static final int SIDE = 4;
  private static final int P = 2;
  private static final int C = 5;

  private static LayerRig.Maker embedding() {
    float[] pixels = LayerRig.normal(new Random(3), B * CHANNELS * SIDE * SIDE, 1);
    return (scope, constants) ->
        new AddedPatches(
            new PatchEmbedding(scope, CHANNELS, P, C, Initializer.bert(), Initializer.zeros()),
            constants.floats(pixels, B, CHANNELS, SIDE, SIDE));
  }

  @Test
  void keepsTheLayerContract() {
    LayerContract.holds(embedding(), B, 4, C);
  }

  @Test
  void positionsKeepTheLayerContract() {
    LayerContract.holds(
        (scope, _) -> new LearnedPositions(scope, "positions", 6, C, Initializer.bert()), B, 4, C);
  }

  @Test
  void projectsEachPatchAsAConvolutionWouldDo() {
    float[] pixels = LayerRig.normal(new Random(3), B * CHANNELS * SIDE * SIDE, 1);
    try (LayerRig rig =
        new LayerRig(CpuBackend.open(1, CpuBackend.Option.SCALAR), embedding(), false)) {
      float[] y = rig.forward(new float[B * 4 * C], Shape.of(B, 4, C), rig.inference());
      float[] w = rig.value(rig.parameters().get(0));
      float[] b = rig.value(rig.parameters().get(1));
      float[] expected = new float[y.length];
      for (int i = 0; i < y.length; i++) {
        int o = i % C;
        int token = i / C % 4;
        double sum = b[o];
        for (int k = 0; k < CHANNELS * P * P; k++) {
          int row = token / 2 * P + k / P % P;
          int column = token % 2 * P + k % P;
          int plane = i / (4 * C) * CHANNELS + k / (P * P);
          sum +=
              (double) w[o * CHANNELS * P * P + k] * pixels[(plane * SIDE + row) * SIDE + column];
        }
        expected[i] = (float) sum;
      }
      assertArrayEquals(expected, y, 1e-5f);
    }
  }

  @Test
  void declaresThePublishedNames() {
    ParameterScope root = ParameterScope.root();
    new PatchEmbedding(
        root.child("local_encoder.proj"), 3, 16, 8, Initializer.bert(), Initializer.zeros());
    assertEquals(
        List.of("local_encoder.proj.weight (8,3,16,16)", "local_encoder.proj.bias (8)"),
        root.parameters().stream().map(Parameter::toString).toList());
  }

  @Test
  void positionsSayHowLongTheyAre() {
    ParameterScope root = ParameterScope.root();
    var layer = new LearnedPositions(root, "embed_positions", 6, C, Initializer.zeros());
    try (LayerRig rig =
        new LayerRig(CpuBackend.open(1, CpuBackend.Option.SCALAR), (_, _) -> layer, false)) {
      Pass pass = rig.inference();
      Tensor x = pass.take(1, 7, C);
      var e = assertThrows(IllegalArgumentException.class, () -> layer.forward(x, pass));
      assertTrue(String.valueOf(e.getMessage()).contains("6 positions"), e.getMessage());
      assertTrue(String.valueOf(e.getMessage()).contains("7 tokens"), e.getMessage());
    }
  }

  /// `y = patches W^T + b + x`, so that an image, which has no gradient, need not be the input.
  private record AddedPatches(PatchEmbedding embedding, Tensor image) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      Tensor y = embedding.forward(image, pass);
      pass.kernels().elementwise().add(y, y, x, y.size());
      return y;
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      embedding.backwardParameters(dy, pass);
      return dy;
    }
  }
}
