package dev.d2v.embed;

/// A sample as a model reads it: numbers, or ids of tokens.
///
/// @param modality whose
/// @param floats pixels or samples; empty of a text
/// @param ids tokens; empty of others
record Prepared(Modality modality, float[] floats, int[] ids) {
  int length() {
    return floats.length + ids.length;
  }
}
