package dev.d2v.cli.run;

import dev.d2v.cli.error.UserError;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.train.Recipe;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A modality as people and files call it.
public enum Modality {
  /// Pictures.
  IMAGE("IMAGE", "image", "images", "pixels", "raw pixels"),
  /// Waveforms.
  SPEECH("AUDIO", "speech", "recordings", "mels", "log-mel statistics"),
  /// Tokens.
  TEXT("TEXT", "text", "texts", "tokens", "bag of tokens");

  private final String key;
  private final String word;
  private final String noun;
  private final String baseline;
  private final String baselineTitle;

  Modality(String key, String word, String noun, String baseline, String baselineTitle) {
    this.key = key;
    this.word = word;
    this.noun = noun;
    this.baseline = baseline;
    this.baselineTitle = baselineTitle;
  }

  /// The modality of that name in published parameter names.
  public static Modality of(String key) {
    return Arrays.stream(values())
        .filter(m -> m.key.equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no modality " + key));
  }

  /// The modalities of a recipe.
  public static List<Modality> of(Recipe recipe) {
    return recipe.model().modalities().stream().map(ModalityConfig::key).map(Modality::of).toList();
  }

  /// The modality that a person calls so, if there is one.
  public static Optional<Modality> called(String word) {
    return Arrays.stream(values()).filter(m -> m.word.equals(word)).findFirst();
  }

  /// The same; fails with what there is.
  public static Modality require(String option, String word) {
    return called(word)
        .orElseThrow(() ->
            new UserError(
                "%s expects %s, got '%s'"
                    .formatted(
                        option,
                        Arrays.stream(values())
                            .map(Modality::word)
                            .collect(Collectors.joining(", ")),
                        word)));
  }

  /// Its name in published parameter names.
  public String key() {
    return key;
  }

  /// Its name in options and files.
  public String word() {
    return word;
  }

  /// What its samples are called, several of them.
  public String noun() {
    return noun;
  }

  /// Under which name the sceptic's baseline is scored.
  public String baseline() {
    return baseline;
  }

  /// What the sceptic's baseline is called.
  public String baselineTitle() {
    return baselineTitle;
  }
}
