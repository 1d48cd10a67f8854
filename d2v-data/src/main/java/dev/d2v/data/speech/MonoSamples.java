package dev.d2v.data.speech;

import java.util.Arrays;

/// Averages of channels, gathered one after another. Grows with what is added, not with what a
/// header promises.
final class MonoSamples {
  private static final int LIMIT = 1 << 28;

  private final AudioBytes file;
  private float[] samples = new float[1 << 12];
  private int size;

  MonoSamples(AudioBytes file) {
    this.file = file;
  }

  int size() {
    return size;
  }

  /// Adds `count` samples of integers, each the average over channels times `scale`.
  void add(int[][] channels, int used, int count, double scale) throws UnreadableAudio {
    reserve(count);
    double factor = scale / used;
    for (int i = 0; i < count; i++) {
      long sum = 0;
      for (int c = 0; c < used; c++) {
        sum += channels[c][i];
      }
      samples[size + i] = (float) (sum * factor);
    }
    size += count;
  }

  /// Adds `count` samples; channel c begins at `offsets[c]` of `channels[c]`.
  void add(float[][] channels, int[] offsets, int used, int count, float scale)
      throws UnreadableAudio {
    reserve(count);
    float factor = scale / used;
    for (int i = 0; i < count; i++) {
      float sum = 0;
      for (int c = 0; c < used; c++) {
        sum += channels[c][offsets[c] + i];
      }
      samples[size + i] = sum * factor;
    }
    size += count;
  }

  private void reserve(int count) throws UnreadableAudio {
    if (count > LIMIT - size) {
      throw file.unreadable("more than %d samples, over the limit".formatted(LIMIT));
    }
    if (samples.length - size < count) {
      samples = Arrays.copyOf(samples, Math.max(size + count, samples.length + samples.length / 2));
    }
  }

  /// `count` samples from `from`, where they are there.
  float[] range(int from, int count) {
    return from == 0 && count == samples.length
        ? samples
        : Arrays.copyOfRange(samples, from, from + count);
  }
}
