package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.tensor.plan.PlanBackend;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class RecipesTest {
  static Stream<String> names() {
    return Recipes.all().stream().map(Recipe::name);
  }

  @ParameterizedTest
  @CsvSource({
    "image-base, 88.23",
    "image-large, 309.07",
    "speech-base, 93.78",
    "speech-large, 315.18",
    "text-base, 152.96",
    "text-large, 385.38",
    "text-large-1m, 385.38",
  })
  @DisplayName("published recipes have as many parameters as the published models")
  void parameters(String name, double millions) {
    Recipe recipe = Recipes.named(name).orElseThrow();
    try (Data2Vec2 model = Data2Vec2.training(recipe.model(), new PlanBackend())) {
      assertEquals(millions, Math.round(model.memory().trainableCount() / 1e4) / 1e2);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  @DisplayName("every recipe's largest batches can be planned")
  void plans(String name) {
    Recipe recipe = Recipes.named(name).orElseThrow();
    List<String> keys = recipe.model().modalities().stream().map(m -> m.key()).toList();
    assertEquals(keys, recipe.largestBatches().stream().map(Batch.Shape::key).toList());
    for (Batch.Shape shape : recipe.largestBatches()) {
      assertEquals(
          Math.max(1, shape.samples()), shape.samples(), shape + " has at least one sample");
    }
  }

  @Test
  @DisplayName("an update of a published recipe sees as much as on the published number of GPUs")
  void batches() {
    assertEquals(8 * 62.5, seconds(SpeechRecipes.base()));
    assertEquals(48 * 20.0, seconds(SpeechRecipes.large()));
    for (Recipe text : List.of(TextRecipes.base(), TextRecipes.large(), TextRecipes.large1m())) {
      assertEquals(64, text.train().batch() * text.train().accumulate(), text.name());
    }
  }

  private static double seconds(Recipe recipe) {
    SpeechData speech = java.util.Objects.requireNonNull(recipe.data().speech());
    return recipe.train().accumulate()
        * (double) speech.maxBatchSamples()
        / SpeechData.SAMPLE_RATE_HZ;
  }

  @Test
  @DisplayName("each modality has a recipe for newcomers")
  void quickstarts() {
    for (String key : List.of("IMAGE", "AUDIO", "TEXT")) {
      assertEquals(key, Recipes.quickstart(key).model().modality().key());
    }
  }
}
