package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Embedding;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.random.RandomStream;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class EmbeddingTest {
  private static final int ROWS = 7;
  private static final int C = 5;
  private static final int PAD = 1;

  private static LayerRig.Maker added(int padding, int... ids) {
    return (scope, constants) -> {
      var embedding = new Embedding(scope, ROWS, C, padding, Initializer.bert());
      return new AddedRows(embedding, constants.ints(embedding.index(ids), 2, ids.length / 2));
    };
  }

  @Test
  void keepsTheLayerContract() {
    LayerContract.holds(added(Embedding.NO_PADDING, 3, 0, 6, 3, 3, 1), 2, 3, C);
    LayerContract.holds(added(PAD, 3, 0, 6, 3, 3, 2), 2, 3, C);
  }

  @Test
  void paddingIsReadButGetsNoGradient() {
    int[] ids = {3, PAD, 3, PAD};
    try (LayerRig rig =
        new LayerRig(CpuBackend.open(1, CpuBackend.Option.SCALAR), added(PAD, ids), false)) {
      float[] ones = new float[4 * C];
      Arrays.fill(ones, 1);
      var result = rig.step(new float[4 * C], Shape.of(2, 2, C), ones, 1);
      float[] table = rig.value(rig.parameters().getFirst());
      for (int i = 0; i < result.y().length; i++) {
        assertEquals(table[ids[i / C] * C + i % C], result.y()[i]);
      }
      float[] expected = new float[ROWS * C];
      Arrays.fill(expected, 3 * C, 4 * C, 2);
      assertArrayEquals(expected, result.gradients());
    }
  }

  @Test
  void itsPaddingStartsAsZeros() {
    float[] table = Initializer.embedding(PAD, C).draw(ROWS * C, new RandomStream(1, 1, 0, 0));
    float[] all = Initializer.bert().draw(ROWS * C, new RandomStream(1, 1, 0, 0));
    Arrays.fill(all, PAD * C, (PAD + 1) * C, 0);
    assertArrayEquals(all, table);
  }

  @Test
  void refusesIdsThatItDoesNotHave() {
    var embedding =
        new Embedding(
            ParameterScope.root().child("embed_tokens"), ROWS, C, PAD, Initializer.bert());
    assertEquals("embed_tokens.weight (7,5)", embedding.weight().toString());
    for (int id : new int[] {-1, ROWS}) {
      var e =
          assertThrows(IllegalArgumentException.class, () -> embedding.index(new int[] {0, 2, id}));
      assertTrue(String.valueOf(e.getMessage()).contains("id " + id + " at place 2"));
    }
  }

  /// `y = table[ids] + x`, so that ids, which have no gradient, need not be the input.
  private record AddedRows(Embedding embedding, Tensor index) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
      Tensor y = embedding.forward(index, pass);
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
