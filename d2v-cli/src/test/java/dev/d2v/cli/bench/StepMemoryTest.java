package dev.d2v.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.model.train.UpdateReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What an update leaves behind, and what groups of masks change.
final class StepMemoryTest {
  private static final List<String> TINY =
      List.of(
          "model.embedDim=32",
          "model.depth=2",
          "model.heads=2",
          "model.targets.topLayers=2",
          "model.image.decoder.dim=32",
          "model.image.decoder.layers=2",
          "train.updates=100000");

  /// Updates until all is compiled: before, vectors are boxed.
  private static final int WARM_UP = 4_000;

  private static final int MEASURED = 200;

  /// Bytes for one sample more: the kernels' loops over blocks of rows leave some objects of tens
  /// of bytes.
  private static final long MOST_A_SAMPLE = 1_024;

  private static Recipe recipe(String... more) {
    List<String> all = new ArrayList<>(TINY);
    all.addAll(List.of(more));
    return ConfigMapper.with(ConfigMapper.recipe("fashion-mnist-small"), all);
  }

  /// The least that an update of such a batch allocates on the Java heap.
  private static long least(int batch) throws IOException {
    try (StepRig rig = new StepRig(recipe("train.batch=" + batch, "model.masksPerSample=4"), 1)) {
      for (int i = 0; i < WARM_UP; i++) {
        rig.update();
      }
      long least = Long.MAX_VALUE;
      for (int i = 0; i < MEASURED; i++) {
        long before = StepRig.allocated();
        rig.update();
        least = Math.min(least, StepRig.allocated() - before);
      }
      return least;
    }
  }

  @Test
  @DisplayName("the heap that an update leaves does not grow with the batch")
  void heap() throws IOException {
    long small = least(2);
    long large = least(16);
    assertTrue(small > 0, "the JVM says what threads allocate");
    assertTrue(
        large - small <= 14 * MOST_A_SAMPLE,
        "2 samples leave %,d bytes, 16 samples %,d".formatted(small, large));
  }

  @Test
  @DisplayName("masks in groups give the same loss and gradient with less memory")
  void groups() throws IOException {
    String[] settings = {
      "model.masksPerSample=4", "model.image.mask.noiseStd=0", "train.batch=3", "train.maskGroups=1"
    };
    Recipe whole = recipe(settings);
    settings[3] = "train.maskGroups=3";
    Recipe parts = recipe(settings);
    long before = StepPlan.of(whole).workspaceBytes();
    long after = StepPlan.of(parts).workspaceBytes();
    assertTrue(after < 0.7 * before, after + " bytes instead of " + before);
    try (StepRig one = new StepRig(whole, 2);
        StepRig three = new StepRig(parts, 2)) {
      for (int i = 0; i < 3; i++) {
        UpdateReport expected = one.update();
        UpdateReport actual = three.update();
        assertEquals(expected.loss(), actual.loss(), 2e-5 * expected.loss());
        assertEquals(
            expected.gradientNorm(), actual.gradientNorm(), 2e-4 * expected.gradientNorm());
        assertEquals(expected.losses().keySet(), actual.losses().keySet());
        assertEquals(expected.spreads().keySet(), actual.spreads().keySet());
      }
    }
  }
}
