package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Gelu;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.tensor.Tensor;
import dev.d2v.testkit.LayerContract;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LayerNormTest {
  @Test
  void keepsTheLayerContract() {
    LayerContract.holds((scope, _) -> new LayerNorm(scope, 7, 1e-5, true), 2, 3, 7);
    LayerContract.holds((scope, _) -> new LayerNorm(scope, 16, 1e-6, false), 2, 3, 16);
  }

  @Test
  void ofASumKeepsTheLayerContract() {
    LayerContract.holds(
        (scope, _) -> new NormedSum(new LayerNorm(scope, 9, 1e-5, true), new Gelu()), 2, 3, 9);
  }

  @Test
  void withAnotherUseOfItsInputKeepsTheLayerContract() {
    LayerContract.holds((scope, _) -> new TwoUses(new LayerNorm(scope, 9, 1e-5, true)), 2, 3, 9);
  }

  @Test
  void hasParametersOnlyWhenAffine() {
    ParameterScope root = ParameterScope.root();
    new LayerNorm(root.child("norm1"), 4, 1e-5, true);
    LayerNorm plain = new LayerNorm(root.child("norm2"), 4, 1e-5, false);
    assertEquals(
        List.of("norm1.weight", "norm1.bias"),
        root.parameters().stream().map(p -> p.name()).toList());
    assertNull(plain.weight());
    assertNull(plain.bias());
  }

  /// `y = LN(x + gelu(x))`.
  private record NormedSum(LayerNorm norm, Gelu gelu) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      Tensor y = pass.take(x.shape());
      try (var _ = pass.temporaries()) {
        Tensor normed = norm.forwardSum(x, gelu.forward(x, pass), pass);
        pass.kernels().elementwise().copy(y, normed, y.size());
      }
      return y;
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      return pass.freeingAlways(
          dy.shape(),
          () -> {
            Tensor dsum = norm.backward(dy, pass);
            Tensor dx = gelu.backward(dsum, pass);
            pass.kernels().elementwise().add(dx, dx, dsum, dx.size());
            return dx;
          });
    }
  }

  /// `y = LN(x) + x`.
  private record TwoUses(LayerNorm norm) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      Tensor y = norm.forward(x, pass);
      pass.kernels().elementwise().add(y, y, x, y.size());
      return y;
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      return norm.backwardAdd(dy, dy, pass);
    }
  }
}
