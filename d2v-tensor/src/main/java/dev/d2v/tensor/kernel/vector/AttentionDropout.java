package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.random.Philox;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The factors by which dropout multiplies probabilities: 0 or 1 / (1 - p), drawn from Philox by
/// the index of the element. One for each part of a call.
final class AttentionDropout {
  private final long seed;
  private final int update;
  private final int microBatch;
  private final int stream;
  private final float p;
  private final float kept;
  private final int[] words = new int[4];

  AttentionDropout(DropoutSpec spec) {
    MemorySegment ints = spec.numbers().ints().data();
    seed =
        (at(ints, StepNumbers.SEED_LOW) & 0xffffffffL)
            | (long) at(ints, StepNumbers.SEED_HIGH) << 32;
    update = at(ints, StepNumbers.UPDATE);
    microBatch = at(ints, StepNumbers.MICRO_BATCH);
    stream = spec.stream();
    p = spec.p();
    kept = 1 / (1 - p);
  }

  private static int at(MemorySegment ints, int index) {
    return ints.getAtIndex(ValueLayout.JAVA_INT, index);
  }

  /// Writes the factors of elements `first` to `first + count - 1` to an address.
  void factors(long out, long first, int count) {
    int j = -(int) (first & 3);
    for (long block = first >>> 2; j < count; block++) {
      Philox.words(words, seed, (int) block, stream, update, microBatch);
      for (int w = 0; w < 4; w++, j++) {
        if (j >= 0 && j < count) {
          Native.set(out + 4L * j, Philox.uniform(words[w]) >= p ? kept : 0);
        }
      }
    }
  }
}
