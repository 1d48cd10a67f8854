package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.layer.Conv2d;
import dev.d2v.nn.layer.ConvNormGelu;
import dev.d2v.testkit.LayerContract;
import java.util.List;
import org.junit.jupiter.api.Test;

final class Conv2dTest {
  private static Conv2d conv(
      ParameterScope scope, int in, int out, int kernel, int groups, boolean oneDimensional) {
    return new Conv2d(
        scope, in, out, kernel, groups, oneDimensional, Initializer.bert(), Initializer.zeros());
  }

  @Test
  void keepsTheLayerContract() {
    LayerContract.holds((scope, _) -> conv(scope, 4, 6, 3, 2, false), 2, 3, 4, 4);
    LayerContract.holds((scope, _) -> conv(scope, 3, 3, 2, 3, false), 1, 4, 3, 3);
  }

  @Test
  void inOneDimensionKeepsTheLayerContract() {
    LayerContract.holds((scope, _) -> conv(scope, 4, 6, 3, 2, true), 2, 7, 4);
    LayerContract.holds((scope, _) -> conv(scope, 4, 4, 4, 1, true), 2, 7, 4);
  }

  @Test
  void withNormAndGeluKeepsTheLayerContract() {
    LayerContract.holds(
        (scope, _) -> new ConvNormGelu(conv(scope, 4, 6, 3, 2, false), 1e-5), 2, 3, 3, 4);
    LayerContract.holds(
        (scope, _) -> new ConvNormGelu(conv(scope, 6, 6, 3, 2, false), 1e-5, true), 2, 3, 3, 6);
    LayerContract.holds(
        (scope, _) -> new ConvNormGelu(conv(scope, 6, 6, 5, 3, true), 1e-5, true), 2, 5, 6);
  }

  @Test
  void declaresThePublishedNames() {
    ParameterScope root = ParameterScope.root();
    conv(root.child("decoder.blocks.0.0"), 4, 6, 3, 2, false);
    conv(root.child("decoder.blocks.1.0"), 4, 6, 3, 2, true);
    assertEquals(
        List.of(
            "decoder.blocks.0.0.weight (6,2,3,3)",
            "decoder.blocks.0.0.bias (6)",
            "decoder.blocks.1.0.weight (6,2,3)",
            "decoder.blocks.1.0.bias (6)"),
        root.parameters().stream().map(Parameter::toString).toList());
  }

  @Test
  void refusesGroupsAndResidualsThatDoNotFit() {
    ParameterScope root = ParameterScope.root();
    assertThrows(IllegalArgumentException.class, () -> conv(root, 4, 6, 3, 3, false));
    Conv2d wider = conv(root.child("wider"), 4, 6, 3, 2, false);
    assertThrows(IllegalArgumentException.class, () -> new ConvNormGelu(wider, 1e-5, true));
  }
}
