package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.nn.layer.SelfAttention;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SelfAttentionTest {
  private static final int B = 2;
  private static final int T = 3;
  private static final int C = 6;
  private static final int H = 2;
  private static final int[] PADDING = {0, 0, 1, 0, 0, 0};

  private static SelfAttention attention(
      ParameterScope scope, double attention, double projection) {
    return new SelfAttention(
        scope, C, H, attention, projection, Initializer.bert(), Initializer.zeros());
  }

  @Test
  void keepsTheLayerContract() {
    LayerContract.holds((scope, _) -> attention(scope, 0, 0), B, T, C);
  }

  @Test
  void withPaddingKeepsTheLayerContract() {
    LayerContract.holds(
        (scope, constants) ->
            new Biased(attention(scope, 0, 0), null, constants.ints(PADDING, B, T)),
        B,
        T,
        C);
  }

  @Test
  void withABiasOfEachSampleKeepsTheLayerContract() {
    LayerContract.holds(
        (scope, constants) ->
            new Biased(
                attention(scope, 0, 0),
                scope.parameter("alibi", Shape.of(B, H, T, T), Initializer.zeros()),
                constants.ints(PADDING, B, T)),
        B,
        T,
        C);
  }

  @Test
  void withASharedBiasKeepsTheLayerContract() {
    LayerContract.holds(
        (scope, _) ->
            new Biased(
                attention(scope, 0, 0),
                scope.parameter("alibi", Shape.of(1, H, T, T), Initializer.zeros()),
                null),
        B,
        T,
        C);
  }

  @Test
  void withDropoutKeepsTheLayerContract() {
    LayerContract.holdsAtRandom((scope, _) -> attention(scope, 0.4, 0), B, T, C);
    LayerContract.holdsAtRandom((scope, _) -> attention(scope, 0.4, 0.3), B, T, C);
  }

  @Test
  void withAResidualKeepsTheLayerContract() {
    LayerContract.holds((scope, _) -> new Residual(attention(scope, 0, 0)), B, T, C);
    LayerContract.holdsAtRandom((scope, _) -> new Residual(attention(scope, 0, 0.3)), B, T, C);
  }

  @Test
  void declaresThePublishedNames() {
    ParameterScope root = ParameterScope.root();
    attention(root.child("blocks.0.attn"), 0, 0);
    assertEquals(
        List.of(
            "blocks.0.attn.qkv.weight (18,6)",
            "blocks.0.attn.qkv.bias (18)",
            "blocks.0.attn.proj.weight (6,6)",
            "blocks.0.attn.proj.bias (6)"),
        root.parameters().stream().map(Parameter::toString).toList());
  }

  @Test
  void refusesABiasOrPaddingThatDoesNotFit() {
    ParameterScope scope = ParameterScope.root();
    SelfAttention layer = attention(scope, 0, 0);
    try (LayerRig rig =
        new LayerRig(CpuBackend.open(1, CpuBackend.Option.SCALAR), (_, _) -> layer, false)) {
      Pass pass = rig.inference();
      Tensor x = pass.take(B, T, C);
      Tensor wide = pass.take(B, H, T, T + 1);
      var bias = new AttentionBias(wide, null, null);
      var e = assertThrows(IllegalArgumentException.class, () -> layer.forward(x, bias, pass));
      assertTrue(String.valueOf(e.getMessage()).contains("(2,2,3,3)"), e.getMessage());
      assertTrue(String.valueOf(e.getMessage()).contains("(2,2,3,4)"), e.getMessage());
      Tensor padding = pass.workspace().take(Shape.of(T, B), DType.I32);
      var padded = new AttentionBias(null, padding, null);
      assertThrows(IllegalArgumentException.class, () -> layer.forward(x, padded, pass));
      assertThrows(IllegalArgumentException.class, () -> new AttentionBias(null, null, wide));
    }
  }

  /// Attention whose bias is a parameter, so that its gradient is checked with the others.
  private record Biased(SelfAttention attention, @Nullable Parameter bias, @Nullable Tensor padding)
      implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      return attention.forward(
          x,
          new AttentionBias(
              bias == null ? null : bias.value(),
              padding,
              bias != null && bias.hasGradient() ? bias.gradient() : null),
          pass);
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      return attention.backward(dy, pass);
    }
  }

  /// `y = attention(x) + x`.
  private record Residual(SelfAttention attention) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      return attention.forwardAdd(x, x, AttentionBias.NONE, pass);
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      return attention.backwardAdd(dy, dy, pass);
    }
  }
}
