package dev.d2v.data;

import dev.d2v.tensor.random.RandomStream;

/// Decoded image to the network's floats: channels, framing, mirror, normalisation. Immutable, so
/// that threads share it.
final class FloatWriter {
  private final ImageFormat format;
  private final Augmentation augmentation;
  private final float[] table;

  FloatWriter(ImageFormat format, Augmentation augmentation) {
    this.format = format;
    this.augmentation = augmentation;
    this.table = format.table();
  }

  /// Writes `image` as (C, H, W) to `out` from `offset`.
  void write(Pixels image, RandomStream random, float[] out, int offset) {
    Pixels framed =
        augmentation.framing().frame(image.withChannels(format.channels()), format.size(), random);
    boolean flip =
        augmentation.flipProbability() > 0 && random.nextDouble() < augmentation.flipProbability();
    int size = format.size();
    int channels = format.channels();
    byte[] data = framed.data();
    for (int c = 0; c < channels; c++) {
      int entry = c * 256;
      for (int y = 0; y < size; y++) {
        int from = y * size * channels + c;
        int to = offset + (c * size + y) * size;
        int last = to + size - 1;
        for (int x = 0; x < size; x++) {
          float value = table[entry + (data[from + x * channels] & 0xff)];
          out[flip ? last - x : to + x] = value;
        }
      }
    }
  }
}
