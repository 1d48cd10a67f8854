package dev.d2v.model.train;

import java.util.List;
import java.util.Optional;

/// The named recipes of all modalities.
public final class Recipes {
  private Recipes() {}

  /// All recipes, in the order in which a person should meet them.
  public static List<Recipe> all() {
    return List.of(
        ImageRecipes.quickstart(),
        SpeechRecipes.spokenDigitsSmall(),
        TextRecipes.austenSmall(),
        SharedRecipes.threeSensesSmall(),
        ImageRecipes.fashionMnistSmall(),
        BaselineRecipes.data2vec1(),
        BaselineRecipes.mae(),
        ImageRecipes.tiny(),
        ImageRecipes.small(),
        ImageRecipes.base(),
        ImageRecipes.large(),
        ImageRecipes.huge16(),
        ImageRecipes.huge14(),
        SpeechRecipes.tiny(),
        SpeechRecipes.small(),
        SpeechRecipes.base(),
        SpeechRecipes.large(),
        TextRecipes.tiny(),
        TextRecipes.small(),
        TextRecipes.base(),
        TextRecipes.large(),
        TextRecipes.large1m());
  }

  /// The recipe of that name, if there is one.
  public static Optional<Recipe> named(String name) {
    return all().stream().filter(r -> r.name().equals(name)).findFirst();
  }

  /// What a newcomer to a modality meets: minutes on two cores, over the sample that the project
  /// ships.
  ///
  /// @param key `IMAGE`, `AUDIO` or `TEXT`
  public static Recipe quickstart(String key) {
    return switch (key) {
      case "IMAGE" -> ImageRecipes.quickstart();
      case "AUDIO" -> SpeechRecipes.spokenDigitsSmall();
      case "TEXT" -> TextRecipes.austenSmall();
      default -> throw new IllegalArgumentException("there is no modality " + key);
    };
  }
}
