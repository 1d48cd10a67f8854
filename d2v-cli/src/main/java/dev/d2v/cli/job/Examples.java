package dev.d2v.cli.job;

import dev.d2v.cli.report.Exhibit;
import dev.d2v.data.eval.Features;
import dev.d2v.model.train.FeatureReader;

/// Samples in memory, as the model sees them in evaluation.
interface Examples {
  /// How many.
  int count();

  /// Class of each, or -1.
  int[] labels();

  /// One vector a sample by the encoder.
  float[][] read(FeatureReader reader);

  /// One vector a sample without any encoder: what a sceptic would try first.
  Features baseline();

  /// At most so many of them, spread evenly.
  Examples few(int limit);

  /// Length of sample `i`, as [dev.d2v.model.ModalityConfig#tokens] wants it.
  int length(int i);

  /// Sample `i` for people.
  Exhibit exhibit(int i);

  /// Numbers of `limit` out of `size` samples, spread evenly; all where there are fewer.
  static int[] spread(int size, int limit) {
    int n = Math.min(size, limit);
    int[] chosen = new int[n];
    for (int i = 0; i < n; i++) {
      chosen[i] = (int) ((long) i * size / n);
    }
    return chosen;
  }

  /// `values[chosen[i]]`.
  static int[] pick(int[] values, int[] chosen) {
    int[] out = new int[chosen.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[chosen[i]];
    }
    return out;
  }
}
