package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.image.ImageConfig;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("blocks that keep only their input")
final class RecomputeBlocksTest {
  private static final DropConfig EVERY_DROP =
      new DropConfig(0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.2);

  private static Recipe image(NormPlacement norm) {
    return Tiny.recipe(
        norm, EVERY_DROP, DecoderConfig.image(16, 4, 3, 2), ImageConfig.Positions.SIN_COS, 2);
  }

  private static Recipe recomputing(Recipe recipe) {
    return Tiny.saving(recipe, recipe.train().maskGroups(), true);
  }

  /// Three updates of a recipe, each way.
  private static void same(Recipe recipe, BatchSource source) {
    Recipe again = recomputing(recipe);
    try (Rig kept = Rig.of(recipe, 2);
        Rig recomputed = Rig.of(again, 2)) {
      for (int i = 0; i < 3; i++) {
        UpdateReport expected = kept.trainer().update(source);
        assertEquals(expected, recomputed.trainer().update(source));
      }
      assertArrayEquals(kept.values(), recomputed.values());
      assertArrayEquals(kept.teacher(), recomputed.teacher());
    }
  }

  @ParameterizedTest
  @EnumSource(NormPlacement.class)
  @DisplayName("learn the same to the last bit, whatever is dropped at random")
  void images(NormPlacement norm) {
    Recipe recipe = image(norm);
    same(recipe, Tiny.source(recipe));
  }

  @Test
  @DisplayName("leave out the same layers, and the learned biases get the same gradient")
  void speech() {
    Recipe recipe = Senses.speech(0.4);
    same(recipe, Senses::batch);
  }

  @Test
  @DisplayName("see the same padding")
  void text() {
    Recipe recipe = Senses.text();
    same(recipe, Senses::batch);
  }

  @Test
  @DisplayName("take less memory and more work")
  void plan() {
    Recipe recipe = Recipes.named("image-tiny").orElseThrow();
    StepPlan kept = StepPlan.of(recipe);
    StepPlan again = StepPlan.of(recomputing(recipe));
    assertTrue(again.workspaceBytes() < 0.75 * kept.workspaceBytes());
    assertTrue(again.flopsPerUpdate() > 1.05 * kept.flopsPerUpdate());
    assertTrue(again.flopsPerUpdate() < 1.34 * kept.flopsPerUpdate());
  }
}
