package dev.d2v.embed;

import dev.d2v.data.Resize;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of a `preprocessor_config.json`.
final class PreprocessorFile {
  private static final int SIZE = 224;

  /// Larger ones are no images, or sounds, that a model was made for.
  private static final int MOST_PIXELS = 1 << 14;

  private static final int MOST_HZ = 1 << 20;

  private final Path file;
  private final Map<String, Object> fields;

  PreprocessorFile(Path file, Map<String, Object> fields) {
    this.file = file;
    this.fields = fields;
  }

  Preprocessing read() {
    boolean image =
        fields.containsKey("image_mean")
            || fields.containsKey("do_resize")
            || fields.containsKey("resample");
    try {
      return image ? image() : wave();
    } catch (IllegalArgumentException e) {
      FormatException unusable =
          new FormatException(file, 0, "steps that can be done", "" + e.getMessage());
      unusable.initCause(e);
      throw unusable;
    }
  }

  private WavePreprocessing wave() {
    if (!fields.containsKey("sampling_rate") && !fields.containsKey("do_normalize")) {
      throw wrong("image_mean or sampling_rate", fields.keySet());
    }
    if (number("feature_size", 1) != 1) {
      throw wrong("feature_size 1: a wave", fields.get("feature_size"));
    }
    Object side = fields.getOrDefault("padding_side", "right");
    if (!"right".equals(side)) {
      throw wrong("padding_side right", side);
    }
    double rate = number("sampling_rate", 16_000);
    if (!(rate >= 1 && rate <= MOST_HZ)) {
      throw wrong("sampling_rate of 1 to %d Hz".formatted(MOST_HZ), rate);
    }
    return new WavePreprocessing(
        (int) rate,
        flag("do_normalize", true),
        WavePreprocessing.WAV2VEC_EPSILON,
        flag("return_attention_mask", false),
        (float) number("padding_value", 0));
  }

  private ImagePreprocessing image() {
    boolean normalize = flag("do_normalize", true);
    List<Float> mean = normalize ? floats("image_mean", 0.5f) : List.of(0f, 0f, 0f);
    List<Float> std = normalize ? floats("image_std", 0.5f) : List.of(1f, 1f, 1f);
    return new ImagePreprocessing(
        flag("do_resize", true) ? sizing() : new ImagePreprocessing.Sizing.None(),
        filter((int) number("resample", 3)),
        flag("do_center_crop", false) ? cropping() : new ImagePreprocessing.Cropping.None(),
        flag("do_rescale", true) ? number("rescale_factor", 1 / 255.0) : 1,
        mean,
        std);
  }

  private ImagePreprocessing.Sizing sizing() {
    Object size = fields.get("size");
    if (size instanceof Map<?, ?> map && map.get("shortest_edge") instanceof Long edge) {
      checkEdge("size", edge, size);
      return new ImagePreprocessing.Sizing.Shorter(edge.intValue());
    }
    int[] both = both("size");
    return new ImagePreprocessing.Sizing.Exact(both[0], both[1]);
  }

  private ImagePreprocessing.Cropping cropping() {
    int[] both = both("crop_size");
    return new ImagePreprocessing.Cropping.Centre(both[0], both[1]);
  }

  /// Height and width: a number for both, `[height, width]`, or an object.
  private int[] both(String name) {
    Object value = fields.get(name);
    long[] both =
        switch (value) {
          case null -> new long[] {SIZE, SIZE};
          case Long l -> new long[] {l, l};
          case List<?> l
              when l.size() == 2
                  && l.get(0) instanceof Long height
                  && l.get(1) instanceof Long width ->
              new long[] {height, width};
          case Map<?, ?> m
              when m.get("height") instanceof Long height && m.get("width") instanceof Long width ->
              new long[] {height, width};
          default -> throw wrong(name + " as a number or {height, width}", value);
        };
    checkEdge(name, both[0], value);
    checkEdge(name, both[1], value);
    return new int[] {(int) both[0], (int) both[1]};
  }

  private void checkEdge(String name, long pixels, @Nullable Object found) {
    if (pixels < 1 || pixels > MOST_PIXELS) {
      throw wrong("%s of 1 to %d pixels".formatted(name, MOST_PIXELS), found);
    }
  }

  private Resize.Filter filter(int resample) {
    return switch (resample) {
      case 0 -> Resize.Filter.NEAREST;
      case 2 -> Resize.Filter.BILINEAR;
      case 3 -> Resize.Filter.BICUBIC;
      default -> throw wrong("resample 0 (nearest), 2 (bilinear) or 3 (bicubic)", resample);
    };
  }

  private boolean flag(String name, boolean otherwise) {
    Object value = fields.get(name);
    if (absent(value)) {
      return otherwise;
    }
    if (value instanceof Boolean b) {
      return b;
    }
    throw wrong(name + " to be true or false", value);
  }

  private double number(String name, double otherwise) {
    Object value = fields.get(name);
    if (absent(value)) {
      return otherwise;
    }
    if (value instanceof Number n && Float.isFinite(n.floatValue())) {
      return n.doubleValue();
    }
    throw wrong(name + " to be a number", value);
  }

  private List<Float> floats(String name, float otherwise) {
    Object value = fields.get(name);
    if (absent(value)) {
      return List.of(otherwise, otherwise, otherwise);
    }
    List<Float> out = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object o : list) {
        if (!(o instanceof Number n) || !Float.isFinite(n.floatValue())) {
          throw wrong(name + " to be a list of numbers", value);
        }
        out.add(n.floatValue());
      }
      return out;
    }
    throw wrong(name + " to be a list of numbers", value);
  }

  private static boolean absent(@Nullable Object value) {
    return value == null || Json.isNull(value);
  }

  private FormatException wrong(String expected, @Nullable Object found) {
    return new FormatException(file, 0, expected, String.valueOf(found));
  }
}
