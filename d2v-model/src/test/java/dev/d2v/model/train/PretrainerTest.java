package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.Batch;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.CheckpointFolder;
import dev.d2v.model.image.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PretrainerTest {
  private static final DropConfig EVERY_DROP =
      new DropConfig(0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.2);

  private static Recipe dropping() {
    return Tiny.recipe(
        NormPlacement.POST,
        EVERY_DROP,
        DecoderConfig.image(16, 4, 3, 2),
        ImageConfig.Positions.SIN_COS,
        2);
  }

  private static void updates(Rig rig, Recipe recipe, int count) {
    for (int i = 0; i < count; i++) {
      rig.trainer().update(Tiny.source(recipe));
    }
  }

  @Test
  void aResumedRunEqualsAnUninterruptedOneBitForBit(@TempDir Path folder) throws IOException {
    Recipe recipe = dropping();
    try (Rig whole = Rig.of(recipe, 2);
        Rig first = Rig.of(recipe, 2);
        Rig second = Rig.of(recipe, 1)) {
      updates(whole, recipe, 6);
      updates(first, recipe, 3);
      CheckpointFolder checkpoints = new CheckpointFolder(folder, 2);
      checkpoints.write(first.model(), new Checkpoint.State(3, recipe.train().seed()));
      CheckpointFolder.Valid valid = checkpoints.newest(s -> {}).orElseThrow();
      assertTrue(Checkpoint.resume(valid.path(), second.model()).complete());
      second.trainer().resumeAt(valid.state().update());
      updates(second, recipe, 3);
      assertArrayEquals(whole.values(), second.values());
      assertArrayEquals(whole.teacher(), second.teacher());
    }
  }

  @Test
  void aDamagedCheckpointIsPassedOverAndNamed(@TempDir Path folder) throws IOException {
    Recipe recipe = Tiny.recipe();
    try (Rig rig = Rig.of(recipe, 1)) {
      CheckpointFolder checkpoints = new CheckpointFolder(folder, 3);
      updates(rig, recipe, 1);
      checkpoints.write(rig.model(), new Checkpoint.State(1, 7));
      updates(rig, recipe, 1);
      Path newest = checkpoints.write(rig.model(), new Checkpoint.State(2, 7));
      Path file = newest.resolve(Checkpoint.MODEL);
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 100));
      List<String> said = new ArrayList<>();
      assertEquals(1, checkpoints.newest(said::add).orElseThrow().state().update());
      assertTrue(said.getFirst().contains("step-000002"), said.toString());
      Files.delete(newest.resolve(Checkpoint.STATE));
      assertEquals(1, checkpoints.newest(said::add).orElseThrow().state().update());
    }
  }

  @Test
  void onlyTheNewestCheckpointsStay(@TempDir Path folder) throws IOException {
    try (Rig rig = Rig.of(Tiny.recipe(), 1)) {
      CheckpointFolder checkpoints = new CheckpointFolder(folder, 2);
      for (long u = 1; u <= 4; u++) {
        checkpoints.write(rig.model(), new Checkpoint.State(u, 7));
      }
      assertEquals(2, checkpoints.all().size());
      assertEquals(4, checkpoints.newest(s -> {}).orElseThrow().state().update());
    }
  }

  @Test
  void resultsDoNotDependOnThreads() {
    Recipe recipe = dropping();
    try (Rig one = Rig.of(recipe, 1);
        Rig three = Rig.of(recipe, 3)) {
      updates(one, recipe, 3);
      updates(three, recipe, 3);
      assertArrayEquals(one.values(), three.values());
    }
  }

  @Test
  void aStepTakesExactlyThePlannedWorkspace() {
    Recipe recipe = dropping();
    try (Rig rig = Rig.of(recipe, 1)) {
      updates(rig, recipe, 1);
      // Layer drop may skip a block in one update and not in the other.
      assertTrue(rig.workspace().peakBytes() <= StepPlan.of(recipe).workspaceBytes());
    }
    Recipe whole = Tiny.recipe();
    try (Rig rig = Rig.of(whole, 1)) {
      updates(rig, whole, 2);
      assertEquals(StepPlan.of(whole).workspaceBytes(), rig.workspace().peakBytes());
    }
  }

  @Test
  void aNotFiniteInputStopsBeforeAnythingIsApplied() {
    Recipe recipe = Tiny.recipe();
    try (Rig rig = Rig.of(recipe, 1)) {
      updates(rig, recipe, 1);
      float[] before = rig.values();
      DivergedException e =
          assertThrows(
              DivergedException.class,
              () ->
                  rig.trainer()
                      .update((turn, micro) -> {
                        float[] images = Tiny.images(recipe, turn.update(), micro);
                        images[5] = Float.NaN;
                        return new Batch.Images(images, recipe.train().batch());
                      }));
      assertEquals(2, e.update());
      assertTrue(String.valueOf(e.getMessage()).contains("the input IMAGE"), e.getMessage());
      assertArrayEquals(before, rig.values());
    }
  }

  @Test
  void aNotFiniteWeightIsFoundWhereItBegins() {
    Recipe recipe = Tiny.recipe();
    try (Rig rig = Rig.of(recipe, 1)) {
      var bad =
          rig.model().memory().student().stream()
              .filter(p -> p.name().equals("blocks.1.mlp.fc1.weight"))
              .findFirst()
              .orElseThrow();
      float[] values = rig.backend().floats(bad.value());
      values[0] = Float.POSITIVE_INFINITY;
      rig.backend().upload(bad.value(), values);
      DivergedException e = assertThrows(DivergedException.class, () -> updates(rig, recipe, 1));
      assertTrue(String.valueOf(e.getMessage()).contains("student_block.1"), e.getMessage());
    }
  }

  @Test
  void trainingLowersTheLoss() {
    Recipe recipe = Tiny.recipe();
    try (Rig rig = Rig.of(recipe, 2)) {
      float[] images = Tiny.images(recipe, 0, 0);
      double first = 0;
      double last = 0;
      for (int i = 0; i < 60; i++) {
        last =
            rig.trainer()
                .update((turn, micro) -> new Batch.Images(images, recipe.train().batch()))
                .loss();
        first = i == 1 ? last : first;
        rig.trainer().resumeAt(1);
      }
      assertTrue(last < 0.8 * first, first + " -> " + last);
    }
  }
}
