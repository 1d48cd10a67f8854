package dev.d2v.model;

import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class MaskFillTest {
  private static final int B = 2;
  private static final int M = 2;
  private static final int T = 3;
  private static final int C = 5;

  /// Masks of B*M rows of T tokens, 1 = masked.
  private static final int[] MASK = {1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0};

  private static MaskFill learned(ParameterScope scope) {
    MaskConfig mask =
        new MaskConfig(
            MaskConfig.Kind.RANDOM,
            0.5,
            0,
            1,
            false,
            0,
            false,
            false,
            0,
            0,
            MaskConfig.Fill.LEARNED,
            MaskConfig.Encode.ALL);
    return MaskFill.declare(scope, mask, C);
  }

  @Test
  @DisplayName("rows of all tokens: a learned vector gets the sum over the masked places")
  void replaced() {
    LayerContract.holds(MaskFillTest::rows, B, T, C);
  }

  private static Layer rows(ParameterScope scope, LayerRig.Constants constants) {
    MaskFill fill = learned(scope);
    int[] sample = new int[MASK.length];
    int[] source = new int[MASK.length];
    for (int i = 0; i < MASK.length; i++) {
      sample[i] = i / T / M * T + i % T;
      source[i] = MASK[i] == 0 ? sample[i] : -1 - fill.row(i);
    }
    StepIndices.Replaced all =
        new StepIndices.Replaced(
            constants.ints(source, MASK.length), constants.ints(sample, MASK.length), B, 6);
    return new Layer() {
      @Override
      public Tensor forward(Tensor x, Pass pass) {
        return fill.replace(x, all, pass);
      }

      @Override
      public Tensor backward(Tensor dy, Pass pass) {
        return fill.replaceBackward(dy, all, pass);
      }
    };
  }

  @Test
  @DisplayName("the decoder's input: seen tokens in their place, a learned vector elsewhere")
  void slots() {
    LayerContract.holds(MaskFillTest::decoderInput, 2, 2, C);
  }

  private static Layer decoderInput(ParameterScope scope, LayerRig.Constants constants) {
    MaskFill fill = learned(scope);
    Tensor index = constants.ints(new int[] {0, -1, 1, 2, 3, -1}, 6);
    Tensor back = constants.ints(new int[] {0, 2, 3, 4}, 4);
    return new Layer() {
      @Override
      public Tensor forward(Tensor x, Pass pass) {
        Tensor y = pass.take(2, T, C);
        pass.kernels().gather().gatherRows(y, x, fill.rows(2, C, 0, pass), index, 2 * T, C);
        return y;
      }

      @Override
      public Tensor backward(Tensor dy, Pass pass) {
        Tensor dx = pass.take(2, 2, C);
        fill.backward(dx, dy, index, back, pass);
        return dx;
      }
    };
  }

  @Test
  @DisplayName("a linear decoder keeps the layer contract with one layer and with several")
  void linear() {
    for (int layers = 1; layers <= 3; layers++) {
      DecoderConfig config =
          new DecoderConfig(
              DecoderConfig.Kind.LINEAR, 4, 1, 1, 1, 0, false, false, false, layers, 2);
      LayerContract.holds((scope, _) -> linear(scope, config), 2, T, C);
    }
  }

  private static Layer linear(ParameterScope scope, DecoderConfig config) {
    Decoder decoder = new LinearDecoder(scope, config, C, 6, GroupedDecoder.Init.TORCH);
    return new Layer() {
      @Override
      public Tensor forward(Tensor x, Pass pass) {
        return pass.freeing(Shape.of(2, T, 6), () -> decoder.forward(x, pass));
      }

      @Override
      public Tensor backward(Tensor dy, Pass pass) {
        return pass.freeingAlways(Shape.of(2, T, C), () -> decoder.backward(dy, pass));
      }
    };
  }
}
