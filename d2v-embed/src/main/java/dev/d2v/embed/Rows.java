package dev.d2v.embed;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Samples of one length that go through a model together.
///
/// @param modality whose
/// @param floats (samples,length)
/// @param ids (samples,length)
/// @param samples B
/// @param length of each
/// @param lengths of each before its filling, or null: none is filled up
record Rows(
    Modality modality,
    float[] floats,
    int[] ids,
    int samples,
    int length,
    int @Nullable [] lengths) {
  /// Puts samples below one another, short ones filled up.
  static Rows of(List<Prepared> samples, float filling, int paddingId) {
    int B = samples.size();
    int length = samples.stream().mapToInt(Prepared::length).max().orElse(0);
    boolean even = samples.stream().allMatch(p -> p.length() == length);
    Modality modality = samples.getFirst().modality();
    boolean text = modality == Modality.TEXT;
    float[] floats = new float[text ? 0 : Math.multiplyExact(B, length)];
    int[] ids = new int[text ? Math.multiplyExact(B, length) : 0];
    if (!even) {
      Arrays.fill(floats, filling);
      Arrays.fill(ids, paddingId);
    }
    int[] lengths = new int[B];
    for (int b = 0; b < B; b++) {
      Prepared p = samples.get(b);
      if (text) {
        System.arraycopy(p.ids(), 0, ids, b * length, p.length());
      } else {
        System.arraycopy(p.floats(), 0, floats, b * length, p.length());
      }
      lengths[b] = p.length();
    }
    return new Rows(modality, floats, ids, B, length, even ? null : lengths);
  }
}
