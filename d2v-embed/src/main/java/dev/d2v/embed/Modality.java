package dev.d2v.embed;

import java.util.Arrays;

/// What a model reads.
public enum Modality {
  /// Images.
  IMAGE("IMAGE", "images"),
  /// Recordings of speech.
  SPEECH("AUDIO", "recordings"),
  /// Texts.
  TEXT("TEXT", "texts");

  private final String key;
  private final String noun;

  Modality(String key, String noun) {
    this.key = key;
    this.noun = noun;
  }

  /// As parameter names call it.
  String key() {
    return key;
  }

  /// In a sentence.
  public String noun() {
    return noun;
  }

  static Modality ofKey(String key) {
    return Arrays.stream(values())
        .filter(m -> m.key.equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no modality " + key));
  }
}
