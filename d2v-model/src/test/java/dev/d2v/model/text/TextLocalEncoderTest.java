package dev.d2v.model.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.PositionTables;
import dev.d2v.model.text.TextEmbeddings.Positions;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TextLocalEncoderTest {
  private static final int VOCABULARY = 20;
  private static final int T = 8;
  private static final int[] TOKENS = {0, 5, 6, 7, 8, 9, 10, 2, 0, 11, 12, 13, 14, 2, 1, 1};

  private static TextEmbeddings config(Positions positions, boolean scaled, double dropout) {
    return new TextEmbeddings(VOCABULARY, 16, 1, positions, scaled, true, dropout);
  }

  /// `y = F + x` of fixed tokens, so that ids, which have no gradient, need not be the input.
  private static LayerRig.Maker added(TextEmbeddings config, int C, int[] tokens) {
    return (scope, constants) -> {
      TextLocalEncoder encoder = new TextLocalEncoder(scope, config, C, 1);
      int[] source = config.indices(tokens, tokens.length / 2);
      Tensor index = constants.ints(source, 2, 2, tokens.length / 2);
      return new Layer() {
        @Override
        public Tensor forward(Tensor x, Pass pass) {
          Tensor y = encoder.forward(index, pass);
          pass.kernels().elementwise().add(y, y, x, y.size());
          return y;
        }

        @Override
        public Tensor backward(Tensor dy, Pass pass) {
          encoder.backward(dy, pass);
          return dy;
        }
      };
    };
  }

  @Test
  void keepsTheLayerContract() {
    int[] tokens = {0, 5, 2, 0, 6, 5};
    TextEmbeddings small = new TextEmbeddings(7, 3, 1, Positions.LEARNED, true, true, 0);
    LayerContract.holds(added(small, 8, tokens), 2, 3, 8);
    TextEmbeddings bare = new TextEmbeddings(7, 3, 1, Positions.NONE, false, false, 0.5);
    LayerContract.holdsAtRandom(added(bare, 4, tokens), 2, 3, 4);
  }

  /// The first channels of the first token in the reference's text case, whose parameters are
  /// sines: specification, section 21.4. A parameter's phase is its rank among the model's names.
  @Test
  void theFirstTokenIsThatOfTheReference() {
    int C = 16;
    try (LayerRig rig = rig(added(config(Positions.LEARNED, false, 0), C, TOKENS))) {
      for (Parameter p : rig.parameters()) {
        int rank =
            switch (p.name()) {
              case "local_encoder.embed_positions.weight" -> 32;
              case "local_encoder.embed_tokens.weight" -> 33;
              case "local_encoder.layernorm_embedding.bias" -> 34;
              default -> 35;
            };
        float[] value = new float[p.shape().intSize()];
        for (int i = 0; i < value.length; i++) {
          double s = Math.sin(0.7 * i + 1.3 * rank + 0.5);
          value[i] = (float) (rank == 35 ? 1 + 0.1 * s : rank == 34 ? 0.1 * s : 0.2 * s);
        }
        rig.value(p, value);
      }
      float[] F = rig.forward(new float[2 * T * C], Shape.of(2, T, C), rig.inference());
      float[] expected = {0.7623572f, 1.3827580f, 1.2646052f, 0.5692243f};
      assertArrayEquals(expected, Arrays.copyOf(F, 4), 3e-5f);
    }
  }

  @Test
  void paddingGetsNoGradientInEitherTable() {
    int C = 4;
    try (LayerRig rig = rig(added(config(Positions.LEARNED, false, 0), C, TOKENS))) {
      float[] cotangent = LayerRig.normal(new Random(1), 2 * T * C, 1);
      rig.step(new float[2 * T * C], Shape.of(2, T, C), cotangent, 1);
      for (Parameter table : rig.parameters().subList(0, 2)) {
        float[] gradient = rig.gradient(table);
        for (int c = 0; c < C; c++) {
          assertEquals(0, gradient[C + c], table.name());
          assertTrue(gradient[2 * C + c] != 0, table.name());
        }
      }
    }
  }

  @Test
  void sinusoidalPositionsAreAddedToScaledTokens() {
    int C = 6;
    TextEmbeddings config =
        new TextEmbeddings(VOCABULARY, 16, 1, Positions.SINUSOIDAL, true, false, 0);
    try (Backend backend = CpuBackend.open(1, CpuBackend.Option.SCALAR);
        var memory = Workspace.of(backend, 1 << 16)) {
      ParameterScope root = ParameterScope.root();
      try (TextLocalEncoder encoder = new TextLocalEncoder(root, config, C, 1)) {
        encoder.bind(backend);
        float[] table = LayerRig.normal(new Random(2), VOCABULARY * C, 1);
        Tensor value = memory.take(VOCABULARY, C);
        backend.upload(value, table);
        root.parameters().getFirst().bind(value, null);
        Tensor source = memory.take(Shape.of(2, 2, T), DType.I32);
        backend.upload(source, config.indices(TOKENS, T));
        float[] F =
            backend.floats(encoder.forward(source, Pass.inference(backend.kernels(), memory)));
        float[] places = PositionTables.sinCos1d(C, 18, 1);
        int[] ids = PositionTables.tokenPositions(TOKENS, T, 1);
        for (int i = 0; i < F.length; i++) {
          double token = Math.sqrt(C) * table[TOKENS[i / C] * C + i % C];
          assertEquals(token + places[ids[i / C] * C + i % C], F[i], 1e-5);
        }
        assertEquals(1, root.parameters().size());
      }
    }
  }

  @Test
  void namesAreThoseOfPublishedCheckpoints() {
    ParameterScope root = ParameterScope.root();
    new TextLocalEncoder(root, TextEmbeddings.published(50265, 512), 768, 1);
    assertEquals(
        List.of(
            "local_encoder.embed_tokens.weight (50265,768)",
            "local_encoder.embed_positions.weight (514,768)",
            "local_encoder.layernorm_embedding.weight (768)",
            "local_encoder.layernorm_embedding.bias (768)"),
        root.parameters().stream().map(Parameter::toString).toList());
  }

  @Test
  void textsLongerThanTheTableAreRefused() {
    TextEmbeddings config = config(Positions.LEARNED, false, 0);
    assertEquals(34, config.indices(new int[17], 1).length);
    var e = assertThrows(IllegalArgumentException.class, () -> config.indices(new int[17], 17));
    assertTrue(String.valueOf(e.getMessage()).contains("positions for 16"), e.getMessage());
  }

  private static LayerRig rig(LayerRig.Maker maker) {
    return new LayerRig(CpuBackend.open(1, CpuBackend.Option.SCALAR), maker, false);
  }
}
