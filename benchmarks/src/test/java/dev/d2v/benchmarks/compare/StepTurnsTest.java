package dev.d2v.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.bench.Row;
import dev.d2v.cli.bench.StepBench;
import dev.d2v.cli.bench.StepRig;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Updates in turns with a rival that is d2v itself, and the file that a rival begins with.
final class StepTurnsTest {
  private static final List<String> SMALL =
      List.of(
          "model.embedDim=16",
          "model.depth=1",
          "model.heads=2",
          "model.masksPerSample=2",
          "model.targets.topLayers=1",
          "model.image.decoder.dim=16",
          "train.batch=3",
          "train.accumulate=2");

  private static Recipe recipe(String name, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    return ConfigMapper.with(ConfigMapper.recipe(name), all);
  }

  private static Recipe small() {
    return recipe("fashion-mnist-small", SMALL.toArray(String[]::new));
  }

  private static WorkerProcess twin(String name, Path folder) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            StepTwin.class.getName(),
            name);
    return WorkerProcess.start(name, command, Map.of(), folder.resolve(name));
  }

  @Test
  @DisplayName("a rival that begins alike is timed, one that does not is named and left out")
  void turns(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("step.safetensors");
    try (WorkerProcess same = twin("same", folder);
        WorkerProcess other = twin("other", folder)) {
      StepTurns turns = new StepTurns(List.of(same, other), file);
      StepBench.Result own = StepBench.run(small(), 1, 2, turns);
      Map<String, Row.Outcome> outcomes = turns.outcomes();
      var timed = assertInstanceOf(Row.Outcome.Timed.class, outcomes.get("same"));
      assertTrue(timed.seconds() > 0 && own.secondsPerStep() > 0);
      assertTrue(timed.memoryBytes() > 1 << 20, timed + " of a JVM");
      var failed = assertInstanceOf(Row.Outcome.Failed.class, outcomes.get("other"));
      assertTrue(failed.reason().contains("its first update is another"), failed.reason());
    }
    assertFalse(Files.exists(file), "what was written for the rivals is gone");
  }

  @Test
  @DisplayName("the file has weights by their names, and masks and noise of every micro-batch")
  void file(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("step.safetensors");
    try (StepRig rig = new StepRig(small(), 1)) {
      StepFile.write(path, rig);
      try (Safetensors file = Safetensors.open(path)) {
        for (Parameter p : rig.model().memory().student()) {
          assertArrayEquals(
              rig.model().backend().floats(p.value()), file.floats(p.name()), p.name());
        }
        int[] masks = file.ints(StepFile.MASK);
        assertEquals(2 * 3 * 2 * 49, masks.length, "2 micro-batches of 3 samples with 2 masks");
        int kept = 49 - Arrays.stream(masks, 0, 49).sum();
        assertEquals(2 * 3 * 2 * (49 - kept) * 16, file.floats(StepFile.NOISE).length);
        assertEquals(small().model(), StepFile.recipe(file).model());
      }
    }
  }

  @Test
  @DisplayName("recipes that no rival computes are refused by what would have to be different")
  void refusals() {
    assertTrue(StepFile.refusal(small()).isEmpty());
    assertTrue(StepFile.refusal(recipe("image-base")).isEmpty());
    assertTrue(StepFile.refusal(recipe("speech-base")).orElseThrow().startsWith("images"));
    for (String setting :
        List.of(
            "model.norm=PRE",
            "model.drop.encoderDropout=0.1",
            "model.image.prenet.dropout=0.1",
            "model.image.decoder.inputDropout=0.1",
            "model.image.decoder.kind=SEPARABLE",
            "model.image.localGradMult=0.5",
            "model.image.mask.keepMasked=0.1",
            "model.loss.clsNorm=true",
            "model.targets.endOfBlock=true",
            "train.maskGroups=2")) {
      assertTrue(StepFile.refusal(recipe("fashion-mnist-small", setting)).isPresent(), setting);
    }
  }
}
