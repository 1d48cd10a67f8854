package dev.d2v.export;

import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A batch on its way into a model.
///
/// @param floats pixels or samples (B,length)
/// @param ids tokens (B,length)
/// @param samples B
/// @param length of each, filling included
/// @param lengths without it, or null: all are of one length
record Sent(float[] floats, int[] ids, int samples, int length, int @Nullable [] lengths) {
  private static final int PAD = 1;

  /// Images of so many numbers.
  static Sent images(int samples, int numbers) {
    return new Sent(noise(samples * numbers), new int[0], samples, numbers, null);
  }

  /// Clips of these lengths, filled up with zeros.
  static Sent clips(int... lengths) {
    int longest = longest(lengths);
    float[] waves = noise(lengths.length * longest);
    for (int b = 0; b < lengths.length; b++) {
      java.util.Arrays.fill(waves, b * longest + lengths[b], (b + 1) * longest, 0);
    }
    return new Sent(waves, new int[0], lengths.length, longest, lengths);
  }

  /// A clip of every length from 20 to 60 samples: some give a frame more than the one before.
  static Sent clipsOfEveryLength() {
    return clips(IntStream.rangeClosed(20, 60).toArray());
  }

  /// Texts of these lengths out of 40 tokens, filled up.
  static Sent texts(int... lengths) {
    int longest = longest(lengths);
    Random random = new Random(5);
    int[] ids = new int[lengths.length * longest];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i % longest < lengths[i / longest] ? 2 + random.nextInt(38) : PAD;
    }
    return new Sent(new float[0], ids, lengths.length, longest, lengths);
  }

  private static int longest(int... lengths) {
    return java.util.Arrays.stream(lengths).max().orElseThrow();
  }

  private static float[] noise(int count) {
    Random random = new Random(9);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /// 1 where a sample or token is none of the filling.
  long[] mask() {
    long[] mask = new long[samples * length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = lengths == null || i % length < lengths[i / length] ? 1 : 0;
    }
    return mask;
  }
}
