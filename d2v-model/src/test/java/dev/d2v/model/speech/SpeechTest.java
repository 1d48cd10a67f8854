package dev.d2v.model.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.LayerContract;
import dev.d2v.testkit.LayerRig;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SpeechTest {
  private static final ConvSpec SMALL = ConvSpec.parse("[(4, 5, 2)] + [(4, 2, 2)] * 2");

  @Test
  void theOfficialFormOfLayersIsReadAndWritten() {
    ConvSpec spec = ConvSpec.published();
    assertEquals(7, spec.layers().size());
    assertEquals(new ConvLayer(512, 10, 5), spec.layers().getFirst());
    assertEquals(new ConvLayer(512, 3, 2), spec.layers().get(4));
    assertEquals(new ConvLayer(512, 2, 2), spec.layers().getLast());
    assertEquals(spec, ConvSpec.parse(spec.toString()));
    assertEquals(3, ConvSpec.parse("[(4,2,1), (4,2,1)] + [(8, 2, 1)]").layers().size());
    for (String wrong :
        List.of("", "512", "[(1,2)]", "[(1,2,3)] [(1,2,3)]", "[(1,2,3)] * x", "[(1234567,2,3)]")) {
      var e = assertThrows(IllegalArgumentException.class, () -> ConvSpec.parse(wrong));
      assertTrue(String.valueOf(e.getMessage()).contains("'" + wrong + "'"), e.getMessage());
    }
  }

  @Test
  void framesAreCountedLayerByLayer() {
    ConvSpec spec = ConvSpec.published();
    int[] samples = {0, 399, 400, 719, 720, 16_000, 32_000, 320_000};
    int[] frames = {0, 0, 1, 1, 2, 49, 99, 999};
    assertArrayEquals(frames, Arrays.stream(samples).map(spec::frames).toArray());
    assertEquals(400, spec.minimumSamples());
    assertEquals(320, spec.samplesPerFrame());
    assertEquals(14, ConvSpec.parse("[(8,4,2),(8,3,2)]").frames(62));
  }

  @Test
  void paddingOfSamplesBecomesPaddingOfFrames() {
    ConvSpec spec = ConvSpec.published();
    int[] mask = Frames.padding(new int[] {1200, 720, 400}, 1200, spec::frames);
    assertArrayEquals(new int[] {0, 0, 0, 0, 0, 1, 0, 1, 1}, mask);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Frames.padding(new int[] {1200, 399}, 1200, spec::frames));
    assertTrue(String.valueOf(e.getMessage()).contains("clip 1 has 399 samples"), e.getMessage());
  }

  @Test
  void theExtractorKeepsTheLayerContract() {
    // wide: the differences of norms over few channels are not good to the contract's tolerance
    ConvSpec wide = ConvSpec.parse("[(8,5,2),(8,2,2)]");
    for (ConvFeatureExtractor.Mode mode : ConvFeatureExtractor.Mode.values()) {
      LayerContract.holds(
          (scope, _) -> layer(new ConvFeatureExtractor(scope, wide, mode, false)), 2, 23);
    }
  }

  @Test
  void onlyTheFirstLayerHasAGroupNorm() {
    ParameterScope root = ParameterScope.root();
    new ConvFeatureExtractor(root, SMALL, ConvFeatureExtractor.Mode.GROUP_NORM, false);
    assertEquals(
        List.of(
            "conv_layers.0.0.weight",
            "conv_layers.0.2.weight",
            "conv_layers.0.2.bias",
            "conv_layers.1.0.weight",
            "conv_layers.2.0.weight"),
        root.parameters().stream().map(Parameter::name).toList());
  }

  @Test
  void theProjectionKeepsTheLayerContract() {
    LayerContract.holds((scope, _) -> new FeatureProjection(scope, 5, 3), 2, 4, 5);
  }

  @Test
  void convolutionalPositionsKeepTheLayerContract() {
    LayerContract.holds((scope, _) -> new ConvPositions(scope, 6, 9, 2, 3, false), 2, 5, 6);
    LayerContract.holds((scope, _) -> new ConvPositions(scope, 8, 4, 1, 2, true), 2, 5, 8);
  }

  @Test
  void weightNormalisedPositionsKeepTheLayerContract() {
    LayerContract.holds((scope, _) -> new WeightNormPositions(scope, 6, 4, 3), 2, 5, 6);
    LayerContract.holds((scope, _) -> new WeightNormPositions(scope, 4, 3, 1), 2, 5, 4);
  }

  @Test
  void namesAreThoseOfPublishedCheckpoints() {
    ParameterScope root = ParameterScope.root();
    new SpeechLocalEncoder(
        root,
        ConvSpec.parse("[(16,10,5),(16,3,2)]"),
        ConvFeatureExtractor.Mode.LAYER_NORM,
        false,
        24,
        1);
    new ConvPositions(root.child("relative_positional_encoder"), 24, 95, 5, 4, false);
    assertEquals(
        List.of(
            "local_encoder.conv_layers.0.0.weight (16,1,10)",
            "local_encoder.conv_layers.0.2.1.weight (16)",
            "local_encoder.conv_layers.0.2.1.bias (16)",
            "local_encoder.conv_layers.1.0.weight (16,16,3)",
            "local_encoder.conv_layers.1.2.1.weight (16)",
            "local_encoder.conv_layers.1.2.1.bias (16)",
            "project_features.1.weight (16)",
            "project_features.1.bias (16)",
            "project_features.2.weight (24,16)",
            "project_features.2.bias (24)",
            "relative_positional_encoder.1.0.weight (24,6,19)",
            "relative_positional_encoder.1.0.bias (24)"),
        names(root).subList(0, 12));
    ParameterScope other = ParameterScope.root();
    new ConvPositions(other.child("relative_positional_encoder"), 24, 8, 1, 3, true);
    assertEquals(
        List.of(
            "relative_positional_encoder.0.weight (24)",
            "relative_positional_encoder.0.bias (24)",
            "relative_positional_encoder.1.1.0.weight (24,8,8)",
            "relative_positional_encoder.1.1.0.bias (24)"),
        names(other));
    ParameterScope first = ParameterScope.root();
    new WeightNormPositions(first.child("encoder.pos_conv"), 24, 128, 4);
    assertEquals(
        List.of(
            "encoder.pos_conv.0.bias (24)",
            "encoder.pos_conv.0.weight_g (1,1,128)",
            "encoder.pos_conv.0.weight_v (24,6,128)"),
        names(first));
  }

  private static List<String> names(ParameterScope scope) {
    return scope.parameters().stream().map(Parameter::toString).toList();
  }

  @Test
  void theGradientFactorActsOnTheConvolutionsAlone() {
    float[][] plain = gradients(1);
    float[][] half = gradients(0.5);
    float[][] frozen = gradients(0);
    for (int i = 0; i < plain.length; i++) {
      boolean extractor = i < plain.length - 4;
      for (int j = 0; j < plain[i].length; j++) {
        float g = plain[i][j];
        assertEquals(extractor ? g / 2 : g, half[i][j], 1e-6f * Math.abs(g));
        assertEquals(extractor ? 0 : g, frozen[i][j]);
      }
    }
  }

  /// Gradients of all parameters, the projection's four last.
  private static float[][] gradients(double factor) {
    SpeechLocalEncoder[] encoder = new SpeechLocalEncoder[1];
    LayerRig.Maker maker =
        (scope, _) -> {
          encoder[0] =
              new SpeechLocalEncoder(
                  scope, SMALL, ConvFeatureExtractor.Mode.LAYER_NORM, false, 3, factor);
          return new FeatureProjection(ParameterScope.root(), 1, 1);
        };
    try (LayerRig rig = new LayerRig(CpuBackend.open(1, CpuBackend.Option.SCALAR), maker, false)) {
      Pass pass = rig.training(1);
      Tensor wave = rig.upload(LayerRig.normal(new Random(1), 2 * 31, 1), Shape.of(2, 31));
      Tensor F = encoder[0].forward(wave, pass);
      assertEquals(Shape.of(2, SMALL.frames(31), 3), F.shape());
      float[] dF = LayerRig.normal(new Random(2), F.shape().intSize(), 1);
      encoder[0].backward(rig.upload(dF, F.shape()), pass);
      assertEquals(0, pass.pending());
      return rig.parameters().stream().map(rig::gradient).toArray(float[][]::new);
    }
  }

  @Test
  void aWaveformWithoutAFrameIsRefused() {
    try (LayerRig rig =
        new LayerRig(
            CpuBackend.open(1, CpuBackend.Option.SCALAR),
            (scope, _) ->
                layer(
                    new ConvFeatureExtractor(
                        scope, SMALL, ConvFeatureExtractor.Mode.LAYER_NORM, false)),
            false)) {
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> rig.forward(new float[8], Shape.of(1, 8), rig.inference()));
      assertTrue(String.valueOf(e.getMessage()).contains("at least 11 samples"), e.getMessage());
    }
  }

  private static Layer layer(ConvFeatureExtractor extractor) {
    return new Layer() {
      @Override
      public Tensor forward(Tensor x, Pass pass) {
        return extractor.forward(x, pass);
      }

      @Override
      public Tensor backward(Tensor dy, Pass pass) {
        return extractor.backward(dy, pass);
      }
    };
  }
}
