package dev.d2v.data.eval;

import dev.d2v.data.DataException;

/// Feature vectors, one a row.
///
/// @param values (rows, width) numbers, shared, not copied
/// @param rows samples
/// @param width features of a sample
public record Features(float[] values, int rows, int width) {
  /// Checks that the sizes agree.
  public Features {
    if (rows < 0 || width <= 0 || values.length != (long) rows * width) {
      throw new IllegalArgumentException(
          "features of %d samples with %d numbers each need %d numbers, got %d"
              .formatted(rows, width, (long) rows * width, values.length));
    }
  }

  /// From one array a sample.
  public static Features of(float[][] samples) {
    if (samples.length == 0) {
      throw new DataException("Expected features of at least one image, found none.");
    }
    int width = samples[0].length;
    float[] values = new float[Math.multiplyExact(samples.length, width)];
    for (int i = 0; i < samples.length; i++) {
      if (samples[i].length != width) {
        throw new IllegalArgumentException(
            "sample %d has %d features, the first has %d".formatted(i, samples[i].length, width));
      }
      System.arraycopy(samples[i], 0, values, i * width, width);
    }
    return new Features(values, samples.length, width);
  }

  /// Fails with a sentence when there are no rows or a number is NaN or infinite.
  Features checked(String what) {
    if (rows == 0) {
      throw new DataException("Expected %s of at least one image, found none.".formatted(what));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new DataException(
            "Expected finite %s, found %s in sample %d, feature %d: the encoder has gone bad."
                .formatted(what, values[i], i / width, i % width));
      }
    }
    return this;
  }

  /// The same numbers with `offset[j]` subtracted from, and then `factor[j]` multiplied with,
  /// feature `j`; a copy.
  Features scaled(double[] offset, double[] factor) {
    float[] out = new float[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width; j++) {
        out[i * width + j] = (float) ((values[i * width + j] - offset[j]) * factor[j]);
      }
    }
    return new Features(out, rows, width);
  }

  /// Mean of every feature over the samples.
  double[] means() {
    double[] mean = new double[width];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width; j++) {
        mean[j] += values[i * width + j];
      }
    }
    for (int j = 0; j < width; j++) {
      mean[j] /= rows;
    }
    return mean;
  }

  /// Standard deviation of every feature over the samples, of the population.
  double[] deviations(double[] mean) {
    double[] square = new double[width];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width; j++) {
        double d = values[i * width + j] - mean[j];
        square[j] += d * d;
      }
    }
    for (int j = 0; j < width; j++) {
      square[j] = Math.sqrt(square[j] / rows);
    }
    return square;
  }
}
