package dev.d2v.data;

import java.util.Optional;

/// Mean and standard deviation of each channel over all pixels of a sample of images, for values in
/// [0,1]; pixels count once each, whatever the size of their image.
///
/// @param mean one number a channel
/// @param std one number a channel, of the population
/// @param images how many images were looked at
public record DatasetStats(float[] mean, float[] std, int images) {
  /// Looks at up to `limit` images, evenly spread over the data.
  ///
  /// @throws DataException when no image can be read, or all pixels of a channel are equal
  public static DatasetStats of(ImageDataset data, int channels, int limit) {
    int n = Math.min(data.size(), limit);
    long[] sum = new long[channels];
    long[] squares = new long[channels];
    long pixels = 0;
    int images = 0;
    for (int i = 0; i < n; i++) {
      Optional<Pixels> found = data.image((int) ((long) i * data.size() / n));
      if (found.isEmpty()) {
        continue;
      }
      byte[] bytes = found.get().withChannels(channels).data();
      for (int j = 0; j < bytes.length; j++) {
        int value = bytes[j] & 0xff;
        sum[j % channels] += value;
        squares[j % channels] += (long) value * value;
      }
      pixels += bytes.length / channels;
      images++;
    }
    if (images == 0) {
      throw new DataException(
          "%s: expected images to measure mean and standard deviation of, found none that can be read. %s"
              .formatted(data.name(), data.skipped().summary()));
    }
    float[] mean = new float[channels];
    float[] std = new float[channels];
    for (int c = 0; c < channels; c++) {
      double m = (double) sum[c] / pixels;
      double variance = Math.max(0, (double) squares[c] / pixels - m * m);
      mean[c] = (float) (m / 255);
      std[c] = (float) (Math.sqrt(variance) / 255);
      if (std[c] == 0) {
        throw new DataException(
            "%s: all %d images looked at have the same value everywhere in channel %d; nothing can be learned from them."
                .formatted(data.name(), images, c));
      }
    }
    return new DatasetStats(mean, std, images);
  }
}
