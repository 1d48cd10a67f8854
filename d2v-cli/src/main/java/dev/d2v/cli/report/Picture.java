package dev.d2v.cli.report;

import java.util.List;

/// An image as it was before it was normalised: bytes row by row, channels together.
///
/// @param width in pixels
/// @param height in pixels
/// @param channels 1 grey, 3 RGB, 4 RGB and opacity
/// @param pixels `height * width * channels` unsigned bytes; not copied
public record Picture(int width, int height, int channels, byte[] pixels) {
  /// Checks the number of bytes.
  public Picture {
    if (channels != 1 && channels != 3 && channels != 4) {
      throw new IllegalArgumentException("a picture has 1, 3 or 4 channels, got " + channels);
    }
    if (width < 1 || height < 1 || pixels.length != width * height * channels) {
      throw new IllegalArgumentException(
          "a picture of %d x %d with %d channels needs %d bytes, got %d"
              .formatted(width, height, channels, width * height * channels, pixels.length));
    }
  }

  /// A picture out of floats, `(C,H,W)` as models have them: `value * std + mean` in [0,1] becomes
  /// a byte.
  public static Picture of(float[] values, int side, List<Double> mean, List<Double> std) {
    int channels = mean.size();
    int area = side * side;
    byte[] pixels = new byte[area * channels];
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < area; i++) {
        double unit = values[c * area + i] * std.get(c) + mean.get(c);
        pixels[i * channels + c] = (byte) Math.round(255 * Math.clamp(unit, 0, 1));
      }
    }
    return new Picture(side, side, channels, pixels);
  }

  /// Channel `c` of the pixel at `(x, y)`, 0 to 255; grey answers for each of red, green and blue.
  int at(int x, int y, int c) {
    int channel = channels == 1 ? 0 : c;
    return pixels[(y * width + x) * channels + channel] & 0xff;
  }
}
