package dev.d2v.data;

/// What a network takes: square images, channel by channel, `(v / 255 - mean[c]) / std[c]`.
///
/// @param size width and height in pixels
/// @param channels 1 (grey) or 3 (red, green, blue); images are converted
/// @param mean one number a channel, for values in [0,1]
/// @param std one positive number a channel, for values in [0,1]
public record ImageFormat(int size, int channels, float[] mean, float[] std) {
  /// Checks the sizes.
  public ImageFormat {
    if (size <= 0 || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          "expected a positive size and 1 or 3 channels, got size %d, channels %d"
              .formatted(size, channels));
    }
    if (mean.length != channels || std.length != channels) {
      throw new IllegalArgumentException(
          "expected a mean and a std for each of %d channels, got %d and %d"
              .formatted(channels, mean.length, std.length));
    }
    for (float s : std) {
      if (!(s > 0)) {
        throw new IllegalArgumentException("the std of every channel must be positive, got " + s);
      }
    }
    mean = mean.clone();
    std = std.clone();
  }

  /// Numbers in one image, C*H*W.
  public int floats() {
    return channels * size * size;
  }

  /// The same network's format with other statistics.
  public ImageFormat withStats(DatasetStats stats) {
    return new ImageFormat(size, channels, stats.mean(), stats.std());
  }

  /// (channels, 256): the float of every byte, computed in single precision as PyTorch does.
  float[] table() {
    float[] table = new float[channels * 256];
    for (int c = 0; c < channels; c++) {
      for (int v = 0; v < 256; v++) {
        table[c * 256 + v] = (v / 255f - mean[c]) / std[c];
      }
    }
    return table;
  }
}
