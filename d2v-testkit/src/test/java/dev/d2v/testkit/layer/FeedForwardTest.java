package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.FeedForward;
import dev.d2v.nn.layer.Gelu;
import dev.d2v.tensor.Tensor;
import dev.d2v.testkit.LayerContract;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FeedForwardTest {
  private static FeedForward mlp(ParameterScope scope, int C, int hidden, double dropout) {
    return new FeedForward(scope, C, hidden, dropout, Initializer.bert(), Initializer.zeros());
  }

  @Test
  void keepsTheLayerContract() {
    LayerContract.holds((scope, _) -> mlp(scope, 5, 9, 0), 2, 3, 5);
  }

  @Test
  void withDropoutKeepsTheLayerContract() {
    LayerContract.holdsAtRandom((scope, _) -> mlp(scope, 5, 9, 0.3), 2, 3, 5);
  }

  @Test
  void withAResidualKeepsTheLayerContract() {
    LayerContract.holds((scope, _) -> new Residual(mlp(scope, 5, 9, 0)), 2, 3, 5);
  }

  @Test
  void geluAloneKeepsTheLayerContract() {
    LayerContract.holds((_, _) -> new Gelu(), 2, 3, 17);
  }

  @Test
  void declaresThePublishedNames() {
    ParameterScope root = ParameterScope.root();
    mlp(root.child("blocks.0.mlp"), 5, 9, 0);
    assertEquals(
        List.of(
            "blocks.0.mlp.fc1.weight (9,5)",
            "blocks.0.mlp.fc1.bias (9)",
            "blocks.0.mlp.fc2.weight (5,9)",
            "blocks.0.mlp.fc2.bias (5)"),
        root.parameters().stream().map(Parameter::toString).toList());
  }

  /// `y = mlp(x) + x`.
  private record Residual(FeedForward mlp) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      Tensor y = mlp.forward(x, pass);
      pass.kernels().elementwise().add(y, y, x, y.size());
      return y;
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      return mlp.backwardAdd(dy, dy, pass);
    }
  }
}
