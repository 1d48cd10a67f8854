package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.LossConfig;
import dev.d2v.model.MaskConfig.Encode;
import dev.d2v.model.MaskConfig.Fill;
import dev.d2v.model.Observer;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.CheckpointFolder;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A learned vector in masked places, students that encode all tokens, losses without a teacher.
final class MaskedTest {
  private static final DecoderConfig CONVOLUTIONS = DecoderConfig.image(16, 4, 3, 2);
  private static final LossConfig SMOOTH = new LossConfig(0.5, null, 1, 0, 0);
  private static final DecoderConfig PLACED =
      new DecoderConfig(DecoderConfig.Kind.GROUPED, 16, 4, 3, 2, 0, false, true, true, 1, 2);

  private static Recipe data2vec1() {
    return Masked.image(Fill.LEARNED, Encode.ALL, Masked.LINEAR, SMOOTH);
  }

  private static Recipe mae() {
    return Masked.image(Fill.LEARNED, Encode.VISIBLE, PLACED, Masked.PIXELS);
  }

  static Stream<Named<Recipe>> images() {
    return Stream.of(
        Named.of(
            "a learned vector in the decoder",
            Masked.image(Fill.LEARNED, Encode.VISIBLE, CONVOLUTIONS, Masked.REGRESSION)),
        Named.of("data2vec 1.0", data2vec1()),
        Named.of(
            "noise in the encoder",
            Masked.image(Fill.NOISE, Encode.ALL, CONVOLUTIONS, Masked.REGRESSION)),
        Named.of("MAE", mae()),
        Named.of(
            "features and pixels",
            Masked.image(
                Fill.LEARNED,
                Encode.VISIBLE,
                CONVOLUTIONS,
                new LossConfig(0, null, 1, 0.01, 0.5))));
  }

  /// @param apart whether the teacher reads nothing of the student's
  private static Stream<Named<Recipe>> sequences(boolean apart) {
    return Stream.of(Senses.speech(), Senses.text())
        .flatMap(base ->
            Stream.of(Encode.values())
                .map(encode ->
                    Named.of(
                        base.model().modality().section() + ", " + encode,
                        Masked.of(base, Fill.LEARNED, encode, null, Masked.REGRESSION, apart))));
  }

  static Stream<Named<Recipe>> differentiable() {
    Recipe noisy = Masked.of(Senses.text(), Fill.NOISE, Encode.ALL, Masked.LINEAR, SMOOTH, true);
    return Stream.of(images(), sequences(true), Stream.of(Named.of("text, noise", noisy)))
        .flatMap(s -> s);
  }

  static Stream<Named<Recipe>> all() {
    return Stream.concat(images(), sequences(false));
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  @DisplayName("the gradient of the whole step is the difference of its loss")
  void gradient(Recipe recipe) {
    Batch batch =
        Masked.source(recipe)
            .batch(new ModalityTurns.Turn(0, recipe.model().modality().key(), 0), 0);
    StepGradient.agrees(recipe, batch, Observer.none());
  }

  @ParameterizedTest
  @MethodSource("all")
  @DisplayName("a resumed run equals an uninterrupted one bit for bit, on other threads too")
  void resume(Recipe recipe, @TempDir Path folder) throws IOException {
    try (Rig whole = Rig.of(recipe, 2);
        Rig first = Rig.of(recipe, 3);
        Rig second = Rig.of(recipe, 1)) {
      updates(whole, recipe, 5);
      updates(first, recipe, 3);
      new CheckpointFolder(folder, 1).write(first.model(), new Checkpoint.State(3, 7));
      assertTrue(Checkpoint.resume(folder.resolve("step-000003"), second.model()).complete());
      second.trainer().resumeAt(3);
      updates(second, recipe, 2);
      assertArrayEquals(whole.values(), second.values());
    }
  }

  @ParameterizedTest
  @MethodSource("images")
  @DisplayName("a step takes exactly the planned workspace")
  void memory(Recipe recipe) {
    try (Rig rig = Rig.of(recipe, 1)) {
      updates(rig, recipe, 2);
      assertEquals(StepPlan.of(recipe).workspaceBytes(), rig.workspace().peakBytes());
    }
  }

  static Stream<Named<Recipe>> apart() {
    return Stream.concat(images(), sequences(true));
  }

  @ParameterizedTest
  @MethodSource("apart")
  @DisplayName("training lowers the loss against a teacher that stays as it is")
  void learns(Recipe changing) {
    Recipe recipe = Masked.taughtByOne(changing);
    try (Rig rig = Rig.of(recipe, 2)) {
      Batch[] batches = new Batch[recipe.train().accumulate()];
      double first = 0;
      double last = 0;
      for (int i = 0; i < 60; i++) {
        UpdateReport report =
            rig.trainer()
                .update((turn, micro) -> {
                  batches[micro] =
                      batches[micro] == null
                          ? Masked.source(recipe).batch(turn, micro)
                          : batches[micro];
                  return batches[micro];
                });
        last = report.loss();
        first = i == 1 ? last : first;
        rig.trainer().resumeAt(2);
      }
      assertTrue(last < 0.9 * first, first + " -> " + last);
    }
  }

  /// Without noise, which each group draws on its own.
  static Stream<Named<Recipe>> still() {
    return images().filter(r -> r.getPayload().model().modality().mask().fill() == Fill.LEARNED);
  }

  @ParameterizedTest
  @MethodSource("still")
  @DisplayName("masks one after another give the gradient of all at once")
  void groups(Recipe recipe) {
    try (Rig whole = Rig.of(recipe, 2);
        Rig parts = Rig.of(Tiny.saving(recipe, 2, false), 2)) {
      updates(whole, recipe, 1);
      updates(parts, recipe, 1);
      float[] expected = gradients(whole);
      float[] actual = gradients(parts);
      double largest = 0;
      for (float g : expected) {
        largest = Math.max(largest, Math.abs(g));
      }
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], actual[i], 2e-5 * largest, "gradient " + i);
      }
    }
  }

  private static float[] gradients(Rig rig) {
    return rig.backend().floats(rig.model().memory().memory().gradients());
  }

  @Test
  @DisplayName("pixels alone need no teacher: none is kept, none runs, nothing is averaged")
  void noTeacher() {
    Recipe mae = mae();
    Recipe taught =
        Masked.image(Fill.LEARNED, Encode.VISIBLE, PLACED, new LossConfig(0, null, 1, 0, 1));
    StepPlan alone = StepPlan.of(mae);
    StepPlan both = StepPlan.of(taught);
    assertTrue(alone.flopsPerUpdate() < 0.8 * both.flopsPerUpdate());
    assertTrue(alone.parameterBytes() < both.parameterBytes());
    assertEquals(alone.parameters(), both.parameters());
    try (Rig rig = Rig.of(mae, 1)) {
      UpdateReport report = rig.trainer().update(Masked.source(mae));
      assertEquals(Set.of("recon"), report.losses().keySet());
      assertEquals(Set.of("feature_var", "pred_var"), report.spreads().keySet());
      assertTrue(report.emaDecay().isEmpty());
      assertTrue(rig.model().memory().teacher().isEmpty());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  @DisplayName("what only pre-training needs stays behind when an encoder is opened")
  void opened(Recipe recipe, @TempDir Path folder) throws IOException {
    try (Rig rig = Rig.of(recipe, 1);
        Backend backend = Backend.cpu(1);
        Data2Vec2 encoder = Data2Vec2.inference(recipe.model(), backend)) {
      Path checkpoint =
          new CheckpointFolder(folder, 1).write(rig.model(), new Checkpoint.State(0, 7));
      assertTrue(
          encoder.memory().student().stream()
              .map(Parameter::name)
              .noneMatch(n -> n.contains("mask_token") || n.contains("recon_proj")));
      try (Weights weights = Weights.open(checkpoint)) {
        LoadReport report = weights.load(encoder, false);
        assertTrue(report.complete(), report.toString());
        assertFalse(report.loaded().isEmpty());
        assertTrue(weights.load(rig.model(), false).complete());
      }
    }
  }

  private static void updates(Rig rig, Recipe recipe, int count) {
    for (int i = 0; i < count; i++) {
      rig.trainer().update(Masked.source(recipe));
    }
  }
}
