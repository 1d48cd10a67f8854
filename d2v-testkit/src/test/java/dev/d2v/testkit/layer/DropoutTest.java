package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.DropPath;
import dev.d2v.nn.layer.Dropout;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class DropoutTest {
  @Test
  void keepsTheLayerContract() {
    LayerContract.holdsAtRandom((scope, _) -> new Dropout(scope, 0.5), 3, 4, 5);
    LayerContract.holds((scope, _) -> new Dropout(scope, 0), 3, 4, 5);
  }

  @Test
  void pathKeepsTheLayerContract() {
    LayerContract.holdsAtRandom((scope, _) -> new DropPath(scope, 0.5), 16, 2, 3);
    LayerContract.holds((scope, _) -> new DropPath(scope, 0), 3, 4, 5);
  }

  @Test
  void pathKeepsOrDropsWholeSamples() {
    Shape shape = Shape.of(16, 6);
    float[] ones = new float[16 * 6];
    Arrays.fill(ones, 1);
    try (LayerRig rig = rig((scope, _) -> new DropPath(scope, 0.75))) {
      float[] y = rig.forward(ones, shape, rig.training(1));
      for (int i = 0; i < y.length; i++) {
        assertEquals(y[i / 6 * 6], y[i], "sample " + i / 6);
        assertEquals(y[i] == 0 ? 0 : 4, y[i]);
      }
    }
  }

  @Test
  void isTheInputItselfWhereNothingIsDropped() {
    ParameterScope scope = ParameterScope.root();
    Dropout never = new Dropout(scope, 0);
    Dropout half = new Dropout(scope, 0.5);
    DropPath path = new DropPath(scope, 0.5);
    try (LayerRig rig = rig((_, _) -> never)) {
      Tensor x = rig.upload(new float[6], Shape.of(2, 3));
      Pass training = rig.training(0);
      assertSame(x, never.forward(x, training));
      assertSame(x, never.backward(x, training));
      assertSame(x, half.forward(x, rig.inference()));
      assertSame(x, path.forward(x, rig.inference()));
    }
  }

  @Test
  void twoLayersOfAModelDropDifferently() {
    ParameterScope scope = ParameterScope.root();
    float[] x = new float[64];
    Arrays.fill(x, 1);
    float[][] y = new float[2][];
    for (int i = 0; i < 2; i++) {
      Dropout layer = new Dropout(scope, 0.5);
      try (LayerRig rig = rig((_, _) -> layer)) {
        y[i] = rig.forward(x, Shape.of(64), rig.training(1));
      }
    }
    assertEquals(false, Arrays.equals(y[0], y[1]));
  }

  @Test
  void refusesProbabilitiesOutsideItsRange() {
    ParameterScope scope = ParameterScope.root();
    assertThrows(IllegalArgumentException.class, () -> new Dropout(scope, 1));
    assertThrows(IllegalArgumentException.class, () -> new DropPath(scope, -0.1));
  }

  private static LayerRig rig(LayerRig.Maker maker) {
    return new LayerRig(CpuBackend.open(1, CpuBackend.Option.SCALAR), maker, false);
  }
}
