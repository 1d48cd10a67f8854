package dev.d2v.model;

import dev.d2v.nn.HostArrays;

/// Which tokens each row of a student batch sees. Row r = b*M + m is mask m of sample b.
///
/// ```text
/// mask       (R,T)  1 = masked, to be predicted
/// idsKeep    (R,V)  the tokens the student sees, in its order
/// idsRestore (R,T)  place of token t in the list (seen tokens, then the others)
/// ```
///
/// Every row is given the same number of tokens V: the official code assumes it, here it is
/// checked.
///
/// @param samples B
/// @param masksPerSample M
/// @param tokens T
/// @param kept V
/// @param mask as above
/// @param idsKeep as above
/// @param idsRestore as above
public record MaskPlan(
    int samples,
    int masksPerSample,
    int tokens,
    int kept,
    int[] mask,
    int[] idsKeep,
    int[] idsRestore) {
  /// Checks the lengths.
  public MaskPlan {
    int rows = samples * masksPerSample;
    ConfigChecks.that(
        mask.length == rows * tokens
            && idsRestore.length == rows * tokens
            && idsKeep.length == rows * kept,
        "mask plan: mask, idsKeep and idsRestore do not fit %d rows of %d tokens, %d kept"
            .formatted(rows, tokens, kept));
  }

  /// The plan of masks (R,T): seen tokens first, each group in the order of time.
  ///
  /// @param keepMasked part of the masked tokens that is seen all the same
  /// @param arrays where the indices are made; the plan lasts until they are reset
  public static MaskPlan of(
      int[] mask,
      int samples,
      int masksPerSample,
      int tokens,
      double keepMasked,
      HostArrays arrays) {
    int rows = samples * masksPerSample;
    int visible = count(mask, 0, tokens, 0);
    int kept = visible + (int) Math.rint((tokens - visible) * keepMasked);
    int[] idsKeep = arrays.ints(rows * kept);
    int[] idsRestore = arrays.ints(rows * tokens);
    for (int r = 0; r < rows; r++) {
      int seen = count(mask, r * tokens, tokens, 0);
      if (seen != visible) {
        throw new IllegalArgumentException(
            "masks: row %d leaves %d of %d tokens visible, row 0 leaves %d; all rows must agree"
                .formatted(r, seen, tokens, visible));
      }
      int first = 0;
      int second = visible;
      for (int t = 0; t < tokens; t++) {
        int place = mask[r * tokens + t] == 0 ? first++ : second++;
        idsRestore[r * tokens + t] = place;
        if (place < kept) {
          idsKeep[r * kept + place] = t;
        }
      }
    }
    return new MaskPlan(samples, masksPerSample, tokens, kept, mask, idsKeep, idsRestore);
  }

  /// The plan of masks (R,T) whose rows keep every token in its place, masked ones too.
  ///
  /// @param arrays where the indices are made; the plan lasts until they are reset
  public static MaskPlan all(
      int[] mask, int samples, int masksPerSample, int tokens, HostArrays arrays) {
    int[] places = arrays.ints(samples * masksPerSample * tokens);
    for (int i = 0; i < places.length; i++) {
      places[i] = i % tokens;
    }
    return new MaskPlan(samples, masksPerSample, tokens, tokens, mask, places, places);
  }

  /// Masks [from, to) of every sample, as a plan of its own that lasts until the arrays are reset.
  public MaskPlan masks(int from, int to, HostArrays arrays) {
    int each = to - from;
    return new MaskPlan(
        samples,
        each,
        tokens,
        kept,
        rows(mask, tokens, from, each, arrays),
        rows(idsKeep, kept, from, each, arrays),
        rows(idsRestore, tokens, from, each, arrays));
  }

  private int[] rows(int[] all, int width, int from, int each, HostArrays arrays) {
    int[] part = arrays.ints(samples * each * width);
    for (int b = 0; b < samples; b++) {
      int at = (b * masksPerSample + from) * width;
      System.arraycopy(all, at, part, b * each * width, each * width);
    }
    return part;
  }

  private static int count(int[] mask, int from, int length, int value) {
    int count = 0;
    for (int i = from; i < from + length; i++) {
      count += mask[i] == value ? 1 : 0;
    }
    return count;
  }

  /// R = B*M.
  public int rows() {
    return samples * masksPerSample;
  }

  /// N, the number of masked tokens over all rows: the official `sample_size`.
  public int sampleSize() {
    return count(mask, 0, mask.length, 1);
  }
}
