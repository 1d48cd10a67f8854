package dev.d2v.data;

/// A decoded image: unsigned bytes, interleaved, `data[(y * width + x) * channels + c]`. The array
/// is shared, not copied: nobody writes to it.
///
/// @param data (height, width, channels) unsigned bytes
/// @param width columns
/// @param height rows
/// @param channels 1 (grey) or 3 (red, green, blue)
public record Pixels(byte[] data, int width, int height, int channels) {
  /// Checks that the sizes agree.
  public Pixels {
    if (width <= 0 || height <= 0 || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          "an image has positive width and height and 1 or 3 channels, got %d x %d x %d"
              .formatted(width, height, channels));
    }
    if (data.length != (long) width * height * channels) {
      throw new IllegalArgumentException(
          "an image of %d x %d x %d has %d bytes, got %d"
              .formatted(width, height, channels, (long) width * height * channels, data.length));
    }
  }

  /// The same picture with 1 or 3 channels. Grey to colour repeats the value; colour to grey is `L
  /// = 0.299 R + 0.587 G + 0.114 B` in 16-bit fixed point, as Pillow's `convert("L")`.
  public Pixels withChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    int n = width * height;
    byte[] out = new byte[n * wanted];
    if (wanted == 3) {
      for (int i = 0; i < n; i++) {
        out[3 * i] = data[i];
        out[3 * i + 1] = data[i];
        out[3 * i + 2] = data[i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        int r = data[3 * i] & 0xff;
        int g = data[3 * i + 1] & 0xff;
        int b = data[3 * i + 2] & 0xff;
        out[i] = (byte) ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
      }
    }
    return new Pixels(out, width, height, wanted);
  }

  /// The part that `box` covers, which must lie within the image.
  public Pixels crop(Box box) {
    if (box.right() > width || box.bottom() > height) {
      throw new IllegalArgumentException(
          "%s does not lie within an image of %d x %d".formatted(box, width, height));
    }
    if (box.width() == width && box.height() == height) {
      return this;
    }
    byte[] out = new byte[box.width() * box.height() * channels];
    int row = box.width() * channels;
    for (int y = 0; y < box.height(); y++) {
      int from = ((box.top() + y) * width + box.left()) * channels;
      System.arraycopy(data, from, out, y * row, row);
    }
    return new Pixels(out, box.width(), box.height(), channels);
  }
}
