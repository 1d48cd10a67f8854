package dev.d2v.export;

import dev.d2v.data.speech.Waves;
import dev.d2v.embed.ImagePreprocessing;
import dev.d2v.embed.ModelFiles;
import dev.d2v.embed.Preprocessing;
import dev.d2v.embed.WavePreprocessing;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.ConvSpec;
import dev.d2v.model.train.ImageData;
import dev.d2v.model.train.SpeechData;
import dev.d2v.model.v1.AudioConfig;
import dev.d2v.model.v1.Data2Vec1Config;
import dev.d2v.model.v1.TextConfig;
import dev.d2v.model.v1.VisionConfig;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What is done to a sample before a graph reads it, as an object of JSON: the metadata of an
/// exported model.
final class Steps {
  private static final double SHARE = 0.875;

  private Steps() {}

  /// Of data2vec 1.0: what `preprocessor_config.json` says, if it is there.
  static Map<String, Object> of(Data2Vec1Config config, ModelFiles.First files) throws IOException {
    Optional<Preprocessing> said =
        config instanceof TextConfig ? Optional.empty() : files.preprocessing();
    Map<String, Object> steps =
        switch (config) {
          case VisionConfig v -> image(v.channels(), v.height(), v.width());
          case AudioConfig a -> wave(a.extractor());
          case TextConfig t -> text(t.vocabulary(), t.maxTokens(), t.padding());
        };
    if (said.isPresent()) {
      switch (said.get()) {
        case ImagePreprocessing image -> put(steps, image);
        case WavePreprocessing wave ->
            put(steps, wave.sampleRateHz(), wave.normalize(), wave.epsilon(), wave.filling());
      }
    }
    return steps;
  }

  /// Of images of data2vec 2.0, framed as for its probes.
  static Map<String, Object> of(ImageConfig image, ImageData data) {
    int side = image.imageSize();
    Map<String, Object> steps = image(image.channels(), side, side);
    steps.put("resize", "shorter side to " + (int) (side / SHARE));
    steps.put("filter", "bicubic");
    steps.put("crop", "centre of %d x %d".formatted(side, side));
    steps.put("scale", 1 / 255.0);
    steps.put("mean", data.mean().subList(0, image.channels()));
    steps.put("std", data.std().subList(0, image.channels()));
    return steps;
  }

  /// Of speech of data2vec 2.0.
  static Map<String, Object> of(ConvSpec extractor) {
    Map<String, Object> steps = wave(extractor);
    put(steps, SpeechData.SAMPLE_RATE_HZ, true, Waves.EPSILON, 0);
    return steps;
  }

  private static Map<String, Object> image(int channels, int height, int width) {
    Map<String, Object> steps = new LinkedHashMap<>();
    steps.put("input", "pixel_values");
    steps.put("layout", "batch, channels, height, width");
    steps.put("channels", channels == 3 ? "red, green, blue" : "%d".formatted(channels));
    steps.put("height", height);
    steps.put("width", width);
    return steps;
  }

  private static void put(Map<String, Object> steps, ImagePreprocessing image) {
    switch (image.resize()) {
      case ImagePreprocessing.Sizing.None _ -> steps.put("resize", "none");
      case ImagePreprocessing.Sizing.Exact e ->
          steps.put("resize", "to %d x %d".formatted(e.height(), e.width()));
      case ImagePreprocessing.Sizing.Shorter s ->
          steps.put("resize", "shorter side to " + s.length());
    }
    steps.put("filter", image.filter().name().toLowerCase(Locale.ROOT));
    switch (image.crop()) {
      case ImagePreprocessing.Cropping.None _ -> steps.put("crop", "none");
      case ImagePreprocessing.Cropping.Centre c ->
          steps.put("crop", "centre of %d x %d".formatted(c.height(), c.width()));
    }
    steps.put("scale", image.scale());
    steps.put("mean", image.mean());
    steps.put("std", image.std());
  }

  private static Map<String, Object> wave(ConvSpec extractor) {
    Map<String, Object> steps = new LinkedHashMap<>();
    steps.put("input", "input_values");
    steps.put("layout", "batch, samples of one channel");
    steps.put("minimum_samples", extractor.minimumSamples());
    return steps;
  }

  private static void put(
      Map<String, Object> steps, int rateHz, boolean normalize, double epsilon, float filling) {
    steps.put("sampling_rate", rateHz);
    steps.put("normalize", normalize ? "(x - mean) / sqrt(variance + epsilon) of each clip" : "no");
    if (normalize) {
      steps.put("epsilon", epsilon);
    }
    steps.put("padding_value", filling);
  }

  /// Of text.
  static Map<String, Object> text(int vocabulary, int maxTokens, int padding) {
    Map<String, Object> steps = new LinkedHashMap<>();
    steps.put("input", "input_ids");
    steps.put("layout", "batch, tokens of a byte-level BPE, <s> before and </s> behind");
    steps.put("vocabulary", vocabulary);
    steps.put("max_tokens", maxTokens);
    steps.put("padding_id", padding);
    return steps;
  }

  /// Names of what has to be known and is not, for a remark.
  static List<String> missing(Map<String, Object> steps) {
    boolean known =
        steps.containsKey("mean")
            || steps.containsKey("sampling_rate")
            || steps.containsKey("padding_id");
    return known
        ? List.of()
        : List.of(
            Preprocessing.FILE
                + " is missing: the exported file does not say how samples are prepared");
  }
}
