package dev.d2v.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.model.train.UpdateReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /// Bytes for one sample more: a product makes one small object for each block of its rows.
  private static final long MOST_A_SAMPLE = 3_072;

  private static final int ATTEMPTS = 3;

  private static Recipe recipe(String... more) {
    List<String> all = new ArrayList<>(TINY);
    all.addAll(List.of(more));
    return ConfigMapper.with(ConfigMapper.recipe("fashion-mnist-small"), all);
  }

  /// What an update of such a batch leaves on the Java heap: the least tenth of a run.
  private static long left(Path folder, int batch) throws Exception {
    String out =
        OwnJvm.run(
            folder,
            List.of(),
            "bench",
            "endurance",
            "--updates=1500",
            "--threads=1",
            "--set=train.batch=" + batch);
    return out.lines()
        .map(String::strip)
        .filter(line -> line.matches("[0-9]+ .*"))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1).replace(",", ""))
        .mapToLong(Long::parseLong)
        .min()
        .orElseThrow();
  }

  // Now and then the compiler leaves a kernel in a form that allocates vectors. That is its doing
  // and not what is tested, so one run of three without it is enough.
  @Test
  @DisplayName("the heap that an update leaves does not grow with the batch")
  void heap(@TempDir Path folder) throws Exception {
    String seen = "";
    for (int i = 0; i < ATTEMPTS; i++) {
      long small = left(folder, 2);
      long large = left(folder, 16);
      assertTrue(small > 0, "the JVM says what threads allocate");
      if (large - small <= 14 * MOST_A_SAMPLE) {
        return;
      }
      seen += "2 samples leave %,d bytes, 16 samples %,d; ".formatted(small, large);
    }
    fail(seen);
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
