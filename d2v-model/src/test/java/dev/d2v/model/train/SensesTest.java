package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.Batch;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.CheckpointFolder;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.nn.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Speech, text, and three modalities in one model.
final class SensesTest {
  static Stream<Recipe> recipes() {
    return Stream.of(Senses.speech(), Senses.text(), Senses.three());
  }

  private static void updates(Rig rig, int count) {
    for (int i = 0; i < count; i++) {
      rig.trainer().update(Senses::batch);
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  @DisplayName("a resumed run equals an uninterrupted one bit for bit, whatever the modality")
  void resume(Recipe recipe, @TempDir Path folder) throws IOException {
    try (Rig whole = Rig.of(recipe, 2);
        Rig first = Rig.of(recipe, 2);
        Rig second = Rig.of(recipe, 1)) {
      updates(whole, 10);
      updates(first, 5);
      new CheckpointFolder(folder, 1).write(first.model(), new Checkpoint.State(5, 7));
      assertTrue(Checkpoint.resume(folder.resolve("step-000005"), second.model()).complete());
      second.trainer().resumeAt(5);
      updates(second, 5);
      assertArrayEquals(whole.values(), second.values());
      assertArrayEquals(whole.teacher(), second.teacher());
    }
  }

  @Test
  @DisplayName("memory is planned for an update in which no block is left out")
  void planOfLayerDrop() {
    assertEquals(
        StepPlan.of(Senses.speech(0)).workspaceBytes(),
        StepPlan.of(Senses.speech(0.99)).workspaceBytes());
  }

  @Test
  @DisplayName("memory is planned for padding, wherever it is")
  void planOfPadding() {
    try (Rig rig = Rig.of(Senses.text(), 2)) {
      for (int padded = 0; padded < 12; padded++) {
        int there = 12 - padded;
        rig.trainer()
            .update((turn, micro) -> {
              int[] ids = new int[3 * 12];
              Arrays.setAll(ids, i -> i / 12 == 1 && i % 12 >= there ? 1 : 4 + i);
              return new Batch.Texts(ids, 3);
            });
      }
      assertEquals(12, rig.trainer().updates());
    }
  }

  @Test
  @DisplayName("local encoders without a gradient keep their weights: decay does not shrink them")
  void frozen() {
    try (Rig rig = Rig.of(Senses.frozen(), 2)) {
      Map<String, float[]> before = weights(rig);
      updates(rig, 9);
      Map<String, float[]> after = weights(rig);
      for (String name : before.keySet()) {
        if (name.contains(".local_encoder.")) {
          assertArrayEquals(before.get(name), after.get(name), name);
        }
      }
      String projection = "modality_encoders.AUDIO.project_features.2.weight";
      assertFalse(Arrays.equals(before.get(projection), after.get(projection)));
    }
  }

  private static Map<String, float[]> weights(Rig rig) {
    Map<String, float[]> weights = new TreeMap<>();
    for (Parameter p : rig.model().memory().student()) {
      weights.put(p.name(), rig.model().backend().floats(p.value()));
    }
    return weights;
  }

  @Test
  @DisplayName("a report says whose turn it was and how many that modality has had")
  void reports() {
    try (Rig rig = Rig.of(Senses.three(), 1)) {
      Map<String, Long> had = new TreeMap<>();
      for (int i = 0; i < 12; i++) {
        UpdateReport report = rig.trainer().update(Senses::batch);
        assertEquals(had.merge(report.modality(), 1L, Long::sum), report.modalityUpdates());
      }
      assertEquals(List.of("AUDIO", "IMAGE", "TEXT"), List.copyOf(had.keySet()));
    }
  }

  @Test
  @DisplayName("turns follow the weights, count each modality's own, and can be asked in any order")
  void turns() {
    List<String> keys = List.of("IMAGE", "AUDIO", "TEXT");
    ModalityTurns turns = new ModalityTurns(keys, new double[] {1, 2, 1}, 3);
    Map<String, Long> had = new HashMap<>();
    for (int u = 0; u < 4_000; u++) {
      ModalityTurns.Turn turn = turns.at(u);
      assertEquals(had.merge(turn.key(), 1L, Long::sum) - 1, turn.ordinal());
    }
    assertEquals(0.5, had.getOrDefault("AUDIO", 0L) / 4_000.0, 0.03);
    assertEquals(0.25, had.getOrDefault("TEXT", 0L) / 4_000.0, 0.03);
    ModalityTurns again = new ModalityTurns(keys, new double[] {1, 2, 1}, 3);
    for (int u : new int[] {100, 3_999, 7, 0}) {
      assertEquals(turns.at(u), again.at(u));
    }
  }

  @Test
  @DisplayName("the shared blocks of a speech model start a text model, and the teacher with it")
  void blocksOnly(@TempDir Path folder) throws IOException {
    try (Rig speech = Rig.of(Senses.speech(), 1);
        Rig text = Rig.of(Senses.text(), 1)) {
      updates(speech, 2);
      Path checkpoint =
          new CheckpointFolder(folder, 1).write(speech.model(), new Checkpoint.State(2, 7));
      LoadReport report = Checkpoint.transfer(checkpoint, text.model(), true);
      assertTrue(report.complete(), report.toString());
      assertTrue(report.loaded().stream().allMatch(n -> n.startsWith("blocks.")));
      Map<String, float[]> from = new HashMap<>();
      for (Parameter p : speech.model().memory().student()) {
        from.put(p.name(), speech.backend().floats(p.value()));
      }
      for (Parameter p : text.model().memory().student()) {
        if (p.name().startsWith("blocks.")) {
          assertArrayEquals(from.get(p.name()), text.backend().floats(p.value()), p.name());
        }
      }
      float[] student = text.values();
      float[] teacher = text.teacher();
      for (int i = 0; i < teacher.length; i++) {
        assertEquals(student[i], teacher[i]);
      }
      updates(text, 1);
    }
  }

  @Test
  @DisplayName("without blocks only, all that fits is loaded, and the report names the rest")
  void everything(@TempDir Path folder) throws IOException {
    try (Rig speech = Rig.of(Senses.speech(), 1);
        Rig three = Rig.of(Senses.three(), 1);
        Rig wide = Rig.of(Senses.three(32), 1)) {
      Path checkpoint =
          new CheckpointFolder(folder, 1)
              .write(three.model(), new Checkpoint.State(0, 7, Optional.of("abc")));
      assertEquals(Optional.of("abc"), Checkpoint.verify(checkpoint).vocabulary());
      LoadReport report = Checkpoint.transfer(checkpoint, speech.model(), false);
      assertTrue(report.loaded().stream().anyMatch(n -> n.contains("AUDIO")));
      assertTrue(report.missing().isEmpty());
      assertTrue(report.unexpected().stream().allMatch(n -> n.matches(".*(IMAGE|TEXT).*")));
      assertFalse(report.unexpected().isEmpty());
      LoadReport unfit = Checkpoint.transfer(checkpoint, wide.model(), true);
      assertTrue(unfit.loaded().isEmpty());
      assertTrue(
          unfit.wrongShape().contains("blocks.0.attn.proj.bias: file (16), model (32)"),
          unfit.wrongShape().toString());
    }
  }
}
