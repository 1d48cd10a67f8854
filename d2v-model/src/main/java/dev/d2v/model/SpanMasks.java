package dev.d2v.model;

import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Spans of a sequence, masked from random starts: what masks speech in fine-tuning, and in
/// pre-training without pre-computed masks. Source: fairseq `compute_mask_indices`, static spans.
///
/// @param tokens T
/// @param ratio wanted part of masked tokens, before overlaps
/// @param length of a span
/// @param minSpans at least so many spans a row
/// @param equalCounts whether all rows of a batch are made to mask the same number
/// @param add true: up to the row with the most; false: down to the row with the fewest
/// @param dropout part of the masked tokens that is unmasked again
public record SpanMasks(
    int tokens,
    double ratio,
    int length,
    int minSpans,
    boolean equalCounts,
    boolean add,
    double dropout) {

  /// Masks (rows,T) for rows with the given lengths without padding; null: none is padded.
  public int[][] draw(int rows, int @Nullable [] lengths, RandomStream random) {
    int[][] masks = new int[rows][];
    int common = spans(tokens, random);
    for (int r = 0; r < rows; r++) {
      int size = lengths == null ? tokens : lengths[r];
      masks[r] = row(size, lengths == null ? common : spans(size, random), random);
    }
    if (equalCounts) {
      int[] counts = Arrays.stream(masks).mapToInt(m -> Arrays.stream(m).sum()).toArray();
      int target =
          add ? Arrays.stream(counts).max().orElse(0) : Arrays.stream(counts).min().orElse(0);
      for (int r = 0; r < rows; r++) {
        flip(masks[r], counts[r] > target ? 1 : 0, Math.abs(counts[r] - target), random);
      }
    }
    if (dropout > 0) {
      for (int[] mask : masks) {
        flip(mask, 1, (int) Math.rint(Arrays.stream(mask).sum() * dropout), random);
      }
    }
    return masks;
  }

  private int spans(int size, RandomStream random) {
    return Math.max(minSpans, (int) (ratio * size / length + random.nextDouble()));
  }

  private int[] row(int size, int spans, RandomStream random) {
    int least = size - length <= spans ? size - spans - 1 : length;
    int[] starts = new int[size - least];
    Arrays.setAll(starts, i -> i);
    random.shuffle(starts);
    int[] mask = new int[tokens];
    for (int s = 0; s < spans; s++) {
      for (int t = starts[s]; t < Math.min(size, starts[s] + length); t++) {
        mask[t] = 1;
      }
    }
    ConfigChecks.that(
        Arrays.stream(mask).sum() < size, "span masks: a row of " + size + " tokens is all masked");
    return mask;
  }

  /// Flips `count` random tokens that are now `value`.
  private static void flip(int[] mask, int value, int count, RandomStream random) {
    int[] at = new int[mask.length];
    int n = 0;
    for (int t = 0; t < mask.length; t++) {
      if (mask[t] == value) {
        at[n++] = t;
      }
    }
    int[] chosen = Arrays.copyOf(at, n);
    random.shuffle(chosen);
    for (int i = 0; i < count; i++) {
      mask[chosen[i]] = 1 - value;
    }
  }
}
