package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.Tensor;
import dev.d2v.testkit.LayerContract;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LinearTest {
  private static Linear linear(ParameterScope scope, int in, int out) {
    return new Linear(scope, in, out, Initializer.bert(), Initializer.zeros());
  }

  @Test
  void keepsTheLayerContract() {
    LayerContract.holds((scope, _) -> linear(scope, 5, 7), 2, 3, 5);
    LayerContract.holds((scope, _) -> linear(scope, 1, 3), 4, 1);
  }

  @Test
  void withAResidualKeepsTheLayerContract() {
    LayerContract.holds((scope, _) -> new Residual(linear(scope, 6, 6)), 2, 3, 6);
  }

  @Test
  void declaresThePublishedNames() {
    ParameterScope root = ParameterScope.root();
    linear(root.child("mlp.fc1"), 5, 7);
    List<String> names = root.parameters().stream().map(Parameter::toString).toList();
    assertEquals(List.of("mlp.fc1.weight (7,5)", "mlp.fc1.bias (7)"), names);
  }

  /// `y = x W^T + b + x`.
  private record Residual(Linear linear) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      return linear.forwardAdd(x, x, pass);
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      return linear.backwardAdd(dy, dy, pass);
    }
  }
}
