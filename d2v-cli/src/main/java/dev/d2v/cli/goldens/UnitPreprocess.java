package dev.d2v.cli.goldens;

import dev.d2v.data.Box;
import dev.d2v.data.Pixels;
import dev.d2v.data.Resize;
import dev.d2v.embed.ImagePreprocessing;
import dev.d2v.embed.WavePreprocessing;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// `unit_preprocess`: waves, Pillow's resizing, normalised pixels.
final class UnitPreprocess {
  /// How far a value of 8 bits may be off.
  private static final double LEVEL = 1;

  private static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

  private UnitPreprocess() {}

  /// `wav2vec2_fe`: clips, normalised and filled up.
  static void waves(String key, GoldenCase c, Comparison comparison) {
    WavePreprocessing waves =
        new WavePreprocessing(16_000, true, WavePreprocessing.WAV2VEC_EPSILON, true, 0);
    int B = c.shape(key + ".input_values").dim(0);
    int N = c.shape(key + ".input_values").dim(1);
    float[] values = new float[B * N];
    int[] mask = new int[B * N];
    for (int b = 0; b < B; b++) {
      float[] clip = waves.apply(c.floats(key + ".in." + b));
      System.arraycopy(clip, 0, values, b * N, clip.length);
      Arrays.fill(mask, b * N, b * N + clip.length, 1);
    }
    comparison.relative(
        key + ".input_values", c.floats(key + ".input_values"), values, Tolerances.FORWARD);
    comparison.equal(key + ".attention_mask", c.ints(key + ".attention_mask"), mask);
  }

  /// `resize.*`: whole images by three filters, and a part of one.
  static void resize(String key, Map<String, Object> e, GoldenCase c, Comparison comparison) {
    Pixels image = pixels(key + ".in", c);
    int[] out = numbers(e, "out_hw");
    for (Resize.Filter filter : Resize.Filter.values()) {
      String name = key + "." + filter.name().toLowerCase(java.util.Locale.ROOT);
      level(name, Resize.resize(image, out[1], out[0], filter), c, comparison);
    }
    int[] box = numbers(e, "crop_box_left_upper_right_lower");
    Box part = new Box(box[0], box[1], box[2] - box[0], box[3] - box[1]);
    Pixels cropped = Resize.resize(image, part, out[1], out[0], Resize.Filter.BICUBIC);
    level(key + ".crop_bicubic", cropped, c, comparison);
  }

  /// `beit` and `imagenet_norm`: pixels as a model reads them.
  static void pixels(String key, GoldenCase c, Comparison comparison) {
    boolean beit = key.equals("beit");
    String name = key + (beit ? ".pixel_values" : ".out");
    int rank = c.shape(name).rank();
    ImagePreprocessing steps =
        beit
            ? ImagePreprocessing.beit(
                c.shape(name).dim(rank - 2), c.shape(name).dim(rank - 1), Resize.Filter.BILINEAR)
            : new ImagePreprocessing(
                new ImagePreprocessing.Sizing.None(),
                Resize.Filter.BICUBIC,
                new ImagePreprocessing.Cropping.None(),
                1 / 255.0,
                IMAGENET_MEAN,
                IMAGENET_STD);
    comparison.relative(
        name, c.floats(name), steps.apply(pixels(key + ".in", c)), Tolerances.FORWARD);
  }

  private static void level(String name, Pixels image, GoldenCase c, Comparison comparison) {
    int[] expected = c.ints(name);
    double off = 0;
    for (int i = 0; i < expected.length; i++) {
      off = Math.max(off, Math.abs(expected[i] - (image.data()[i] & 0xff)));
    }
    comparison.holds(name + " has as many values", expected.length == image.data().length);
    comparison.within(name, off, LEVEL);
  }

  /// A case's (H,W,3).
  private static Pixels pixels(String name, GoldenCase c) {
    int[] values = c.ints(name);
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return new Pixels(bytes, c.shape(name).dim(1), c.shape(name).dim(0), c.shape(name).dim(2));
  }

  private static int[] numbers(Map<String, Object> e, String key) {
    return GoldenCase.list(e, key).stream()
        .mapToInt(n -> (int) GoldenCase.number(n, key))
        .toArray();
  }
}
