package dev.d2v.data;

import java.awt.image.BufferedImage;
import java.nio.file.Path;

/// Single images to [Pixels], with the values that Pillow's `convert("RGB")` gives: PNG, JPEG,
/// WebP, GIF and BMP, told by their contents. The orientation that a camera notes in EXIF is not
/// applied.
public final class ImageFiles {
  private ImageFiles() {}

  /// The image in a file.
  ///
  /// @throws DataException when it cannot be decoded, naming the file
  public static Pixels decode(Path file) {
    try {
      return ImageDecoder.decode(file);
    } catch (UnreadableImage e) {
      throw new DataException("%s cannot be used: %s".formatted(file, e.reason()), e);
    }
  }

  /// An image in memory; alpha is dropped.
  public static Pixels of(BufferedImage image) {
    return ImageDecoder.pixels(image);
  }
}
