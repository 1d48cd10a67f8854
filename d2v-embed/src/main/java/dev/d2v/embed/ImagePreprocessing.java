package dev.d2v.embed;

import dev.d2v.data.Box;
import dev.d2v.data.Pixels;
import dev.d2v.data.Resize;
import java.util.List;

/// What a model expects to have been done to an image: resized as Pillow does it, the centre cut
/// out, scaled, and normalised channel by channel.
///
/// @param resize how it is resized
/// @param filter the interpolation
/// @param crop the part in the middle that is kept
/// @param scale what a value of 0 to 255 is multiplied with
/// @param mean subtracted from each channel
/// @param std what the difference is divided by
public record ImagePreprocessing(
    Sizing resize,
    Resize.Filter filter,
    Cropping crop,
    double scale,
    List<Float> mean,
    List<Float> std)
    implements Preprocessing {
  /// How images are resized.
  public sealed interface Sizing {
    /// Not at all.
    record None() implements Sizing {}

    /// To this height and width, whatever the shape.
    record Exact(int height, int width) implements Sizing {}

    /// So that the shorter side has this length.
    record Shorter(int length) implements Sizing {}
  }

  /// The part in the middle that is kept.
  public sealed interface Cropping {
    /// All.
    record None() implements Cropping {}

    /// This height and width; what the image lacks of them is black.
    record Centre(int height, int width) implements Cropping {}
  }

  /// Copies the lists and checks that they are of one length, of grey or of colours.
  public ImagePreprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    boolean channels = mean.size() == 1 || mean.size() == 3;
    if (!channels || mean.size() != std.size() || std.stream().anyMatch(s -> s == 0)) {
      throw new IllegalArgumentException(
          "image_mean (%s) and image_std (%s) must have a number for each of 1 or 3 channels, those of image_std not 0"
              .formatted(mean, std));
    }
  }

  /// BEiT's: exactly `height` x `width`, values in [-1,1].
  public static ImagePreprocessing beit(int height, int width, Resize.Filter filter) {
    List<Float> half = List.of(0.5f, 0.5f, 0.5f);
    return new ImagePreprocessing(
        new Sizing.Exact(height, width), filter, new Cropping.None(), 1 / 255.0, half, half);
  }

  /// The image as the model reads it (channels,H,W).
  public float[] apply(Pixels image) {
    Pixels p = cropped(resized(image.withChannels(mean.size() == 1 ? 1 : 3)));
    int size = p.width() * p.height();
    float[] out = new float[mean.size() * size];
    for (int c = 0; c < mean.size(); c++) {
      float m = mean.get(c);
      float s = std.get(c);
      for (int i = 0; i < size; i++) {
        float value = (float) ((p.data()[i * p.channels() + c] & 0xff) * scale);
        out[c * size + i] = (value - m) / s;
      }
    }
    return out;
  }

  private Pixels resized(Pixels image) {
    return switch (resize) {
      case Sizing.None _ -> image;
      case Sizing.Exact e -> Resize.resize(image, e.width, e.height, filter);
      case Sizing.Shorter s -> {
        boolean portrait = image.width() <= image.height();
        int shorter = portrait ? image.width() : image.height();
        int longer = portrait ? image.height() : image.width();
        int other = (int) ((long) s.length * longer / shorter);
        yield Resize.resize(
            image, portrait ? s.length : other, portrait ? other : s.length, filter);
      }
    };
  }

  private Pixels cropped(Pixels image) {
    return switch (crop) {
      case Cropping.None _ -> image;
      case Cropping.Centre c -> {
        int width = Math.max(c.width, image.width());
        int height = Math.max(c.height, image.height());
        Pixels padded = padded(image, width, height);
        yield padded.crop(
            new Box((width - c.width) / 2, (height - c.height) / 2, c.width, c.height));
      }
    };
  }

  private static Pixels padded(Pixels image, int width, int height) {
    if (width == image.width() && height == image.height()) {
      return image;
    }
    int channels = image.channels();
    int left = (width - image.width()) / 2;
    int top = (height - image.height()) / 2;
    byte[] out = new byte[width * height * channels];
    for (int y = 0; y < image.height(); y++) {
      System.arraycopy(
          image.data(),
          y * image.width() * channels,
          out,
          ((top + y) * width + left) * channels,
          image.width() * channels);
    }
    return new Pixels(out, width, height, channels);
  }
}
