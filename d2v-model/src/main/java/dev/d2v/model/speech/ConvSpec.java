package dev.d2v.model.speech;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The layers of a feature extractor, first one first.
///
/// @param layers at least one, at most 100
public record ConvSpec(List<ConvLayer> layers) {
  private static final Pattern TERM =
      Pattern.compile(
          "\\[((?:\\s*\\(\\s*\\d{1,6}\\s*,\\s*\\d{1,6}\\s*,\\s*\\d{1,6}\\s*\\)\\s*,?)+)\\s*\\]"
              + "(?:\\s*\\*\\s*(\\d{1,6}))?");
  private static final Pattern LAYER =
      Pattern.compile("\\(\\s*(\\d{1,6})\\s*,\\s*(\\d{1,6})\\s*,\\s*(\\d{1,6})\\s*\\)");

  private static final int MOST_LAYERS = 100;
  private static final int LONGEST_TEXT = 4_096;

  /// 17 minutes at 16 kHz.
  private static final long MOST_SAMPLES = 1L << 24;

  /// Copies the list and checks how many there are, and how much a frame sees.
  public ConvSpec {
    layers = List.copyOf(layers);
    if (layers.isEmpty() || layers.size() > MOST_LAYERS) {
      throw tooMany(layers.size());
    }
    double seen = 1;
    double step = 1;
    for (ConvLayer layer : layers.reversed()) {
      seen = (seen - 1) * layer.stride() + layer.kernel();
      step *= layer.stride();
    }
    if (seen > MOST_SAMPLES || step > MOST_SAMPLES) {
      throw new IllegalArgumentException(
          "feature extractor: a frame may see, and stand for, at most %,d samples; with these kernels and strides it sees %.0f and stands for %.0f"
              .formatted(MOST_SAMPLES, seen, step));
    }
  }

  private static IllegalArgumentException tooMany(long layers) {
    return new IllegalArgumentException(
        "feature extractor: expected 1 to %d layers, got %d".formatted(MOST_LAYERS, layers));
  }

  /// The extractor of all published speech models: 512 channels, a frame every 320 samples, each of
  /// 400 samples.
  public static ConvSpec published() {
    return parse("[(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512,2,2)] + [(512,2,2)]");
  }

  /// Reads the form of the official configuration: lists of `(channels, kernel, stride)`, joined by
  /// `+`, each repeated by `* n`.
  public static ConvSpec parse(String text) {
    if (text.length() > LONGEST_TEXT) {
      throw malformed(text.substring(0, LONGEST_TEXT) + "...");
    }
    List<ConvLayer> layers = new ArrayList<>();
    Matcher term = TERM.matcher(text);
    int at = 0;
    while (term.find(at)) {
      String between = text.substring(at, term.start()).strip();
      if (!between.equals(at == 0 ? "" : "+")) {
        throw malformed(text);
      }
      List<ConvLayer> group = new ArrayList<>();
      Matcher layer = LAYER.matcher(term.group(1));
      while (layer.find()) {
        group.add(new ConvLayer(number(layer, 1), number(layer, 2), number(layer, 3)));
      }
      int times = term.group(2) == null ? 1 : number(term, 2);
      long all = layers.size() + (long) times * group.size();
      if (all > MOST_LAYERS) {
        throw tooMany(all);
      }
      for (int i = 0; i < times; i++) {
        layers.addAll(group);
      }
      at = term.end();
    }
    if (at == 0 || !text.substring(at).isBlank()) {
      throw malformed(text);
    }
    return new ConvSpec(layers);
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "feature extractor: expected layers like '[(512, 10, 5)] + [(512, 3, 2)] * 4', each (channels, kernel, stride),"
            + " got '"
            + text
            + "'");
  }

  /// Channels of the last layer.
  public int channels() {
    return layers.getLast().channels();
  }

  /// Frames of so many samples: `(n-K)/stride + 1`, layer after layer; 0 when there are fewer than
  /// [#minimumSamples].
  public int frames(int samples) {
    int n = samples;
    for (ConvLayer layer : layers) {
      n = layer.outputs(n);
    }
    return n;
  }

  /// Samples that one frame sees, and so the fewest that give one.
  public int minimumSamples() {
    int n = 1;
    for (int i = layers.size() - 1; i >= 0; i--) {
      n = Math.addExact(Math.multiplyExact(n - 1, layers.get(i).stride()), layers.get(i).kernel());
    }
    return n;
  }

  /// Samples between the beginnings of two frames.
  public int samplesPerFrame() {
    int product = 1;
    for (ConvLayer layer : layers) {
      product = Math.multiplyExact(product, layer.stride());
    }
    return product;
  }

  /// In the form that [#parse] reads.
  @Override
  public String toString() {
    return layers.stream().map(ConvLayer::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
