package dev.d2v.cli.goldens;

import dev.d2v.model.speech.ConvFeatureExtractor;
import dev.d2v.model.speech.ConvPositions;
import dev.d2v.model.speech.ConvSpec;
import dev.d2v.model.speech.Frames;
import dev.d2v.model.speech.WeightNormPositions;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import java.util.List;
import java.util.Map;

/// Entries of unit cases about speech: the feature extractor, convolutional positions, frames and
/// their padding.
final class UnitSpeech {
  private UnitSpeech() {}

  /// `convpos.*`: in and out (B,T,C).
  static void positions(
      String key, Map<String, Object> entry, GoldenCase c, Comparison comparison, Lab lab) {
    ParameterScope scope = ParameterScope.root();
    ConvPositions positions =
        new ConvPositions(
            scope,
            GoldenCase.integer(entry, "embed_dim"),
            GoldenCase.integer(entry, "conv_pos_width"),
            GoldenCase.integer(entry, "conv_pos_depth"),
            GoldenCase.integer(entry, "conv_pos_groups"),
            false);
    lab.bind(scope, c, key + ".param.");
    Pass pass = lab.training();
    Tensor y = positions.forward(lab.tensor(c, key + ".in.x"), pass);
    Tensor dx = positions.backward(lab.tensor(c, key + ".cot.y"), pass);
    compare(key, lab.floats(y), lab.floats(dx), c, comparison);
    lab.compareGradients(scope, c, key + ".grad.", comparison);
  }

  /// `convpos_weightnorm.*`: in and out (B,C,T).
  static void weightNorm(
      String key, Map<String, Object> entry, GoldenCase c, Comparison comparison, Lab lab) {
    ParameterScope scope = ParameterScope.root();
    WeightNormPositions positions =
        new WeightNormPositions(
            scope,
            GoldenCase.integer(entry, "embed_dim"),
            GoldenCase.integer(entry, "kernel"),
            GoldenCase.integer(entry, "groups"));
    lab.bind(scope, c, key + ".param.");
    Pass pass = lab.training();
    Tensor y = positions.forward(channelsLast(key + ".in.x", c, lab), pass);
    Tensor dx = positions.backward(channelsLast(key + ".cot.y", c, lab), pass);
    compare(key, channelsFirst(y, lab), channelsFirst(dx, lab), c, comparison);
    lab.compareGradients(scope, c, key + ".grad.", comparison);
  }

  /// `featext.*`: in (B,N), out (B,channels,T).
  static void extractor(
      String key, Map<String, Object> entry, GoldenCase c, Comparison comparison, Lab lab) {
    ConvFeatureExtractor.Mode mode =
        switch (String.valueOf(entry.get("mode"))) {
          case "layer_norm" -> ConvFeatureExtractor.Mode.LAYER_NORM;
          case "default" -> ConvFeatureExtractor.Mode.GROUP_NORM;
          default ->
              throw new IllegalArgumentException(
                  key + ": mode must be layer_norm or default, got " + entry.get("mode"));
        };
    ParameterScope scope = ParameterScope.root();
    ConvSpec spec = ConvSpec.parse(String.valueOf(entry.get("spec")));
    ConvFeatureExtractor extractor = new ConvFeatureExtractor(scope, spec, mode, false);
    lab.bind(scope, c, key + ".param.");
    Pass pass = lab.training();
    Tensor y = extractor.forward(lab.tensor(c, key + ".in.x"), pass);
    Tensor dx = extractor.backward(channelsLast(key + ".cot.y", c, lab), pass);
    compare(key, channelsFirst(y, lab), lab.floats(dx), c, comparison);
    lab.compareGradients(scope, c, key + ".grad.", comparison);
  }

  private static void compare(
      String key, float[] y, float[] dx, GoldenCase c, Comparison comparison) {
    comparison.relative(key + ".out.y", c.floats(key + ".out.y"), y, Tolerances.FORWARD);
    comparison.relative(key + ".grad_in.x", c.floats(key + ".grad_in.x"), dx, Tolerances.GRADIENT);
  }

  /// A case's (B,C,T) as (B,T,C).
  private static Tensor channelsLast(String name, GoldenCase c, Lab lab) {
    Shape s = c.shape(name);
    float[] turned = turned(c.floats(name), s.dim(1), s.dim(2));
    return lab.tensor(turned, s.dim(0), s.dim(2), s.dim(1));
  }

  /// (B,T,C) as (B,C,T).
  private static float[] channelsFirst(Tensor t, Lab lab) {
    return turned(lab.floats(t), t.shape().dim(1), t.shape().dim(2));
  }

  private static float[] turned(float[] x, int rows, int columns) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      int b = i / (rows * columns);
      int row = i / columns % rows;
      y[(b * columns + i % columns) * rows + row] = x[i];
    }
    return y;
  }

  /// `lengths`: frames of so many samples.
  static void lengths(Map<String, Object> entry, Comparison comparison) {
    ConvSpec spec = ConvSpec.published();
    int[] frames = numbers(entry, "samples");
    java.util.Arrays.setAll(frames, i -> spec.frames(frames[i]));
    comparison.equal("frames", numbers(entry, "frames"), frames);
  }

  /// `audio.*`: sample padding to frame padding.
  static void padding(String key, Map<String, Object> entry, GoldenCase c, Comparison comparison) {
    int samples = GoldenCase.integer(entry, "n_samples");
    ConvSpec spec = ConvSpec.published();
    int[] mask = Frames.padding(numbers(entry, "lengths"), samples, spec::frames);
    comparison.number(
        key + ".frames", GoldenCase.integer(entry, "frames"), spec.frames(samples), 1e-9);
    String name = key + ".frame_padding_mask";
    comparison.equal(name, c.ints(name), mask);
  }

  private static int[] numbers(Map<String, Object> entry, String key) {
    List<?> list = GoldenCase.list(entry, key);
    return list.stream().mapToInt(n -> (int) GoldenCase.number(n, key)).toArray();
  }
}
