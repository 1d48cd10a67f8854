package dev.d2v.cli.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills training processes at random moments (SIGKILL) and lets others go on: the end must be that
/// of a run that nobody touched, bit for bit.
final class KilledRunTest {
  private static final int KILLS = 3;
  private static final String[] SMALL = {
    "--set", "model.embedDim=16",
    "--set", "model.depth=1",
    "--set", "model.heads=2",
    "--set", "model.masksPerSample=2",
    "--set", "model.targets.topLayers=1",
    "--set", "model.image.prenet.depth=0",
    "--set", "model.image.decoder.dim=16",
    "--set", "model.image.decoder.layers=1",
    "--set", "train.batch=4",
    "--set", "train.checkpointEvery=5",
    "--set", "train.keepCheckpoints=2",
  };

  @Test
  void aKilledRunGoesOnBitForBit(@TempDir Path folder) throws Exception {
    Path data = Made.images(folder.resolve("data"));
    List<String> begin = new ArrayList<>(List.of("pretrain", "--recipe", "fashion-mnist-small"));
    begin.addAll(List.of(SMALL));
    begin.addAll(List.of("--updates", "200"));
    begin.addAll(List.of("--data", data.toString(), "--out", folder.toString()));
    begin.addAll(List.of("--threads", "1", "--workers", "1"));
    assertEquals(0, finish(start(with(begin, "--name", "whole"), folder, "whole")));

    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path run = folder.resolve("killed");
    Process first = start(with(begin, "--name", "killed"), folder, "killed");
    killAfterACheckpoint(first, run, random);
    List<String> resume =
        List.of("pretrain", "--resume", run.toString(), "--threads", "1", "--workers", "1");
    for (int i = 1; i < KILLS; i++) {
      killAfterACheckpoint(start(resume, folder, "killed" + i), run, random);
    }
    assertEquals(0, finish(start(resume, folder, "last")), "seed " + seed);

    Path expected = folder.resolve("whole/checkpoints/step-000200");
    Path actual = run.resolve("checkpoints/step-000200");
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      assertArrayEquals(
          Files.readAllBytes(expected.resolve(file)),
          Files.readAllBytes(actual.resolve(file)),
          file + ", seed " + seed);
    }
    assertEquals(
        losses(folder.resolve("whole/metrics.jsonl")), losses(run.resolve("metrics.jsonl")));
  }

  @Test
  void aRunThatWasKilledBeforeItsFirstCheckpointBeginsAgain(@TempDir Path folder) throws Exception {
    Path data = Made.images(folder.resolve("data"));
    List<String> begin = new ArrayList<>(List.of("pretrain", "--recipe", "fashion-mnist-small"));
    begin.addAll(List.of(SMALL));
    begin.addAll(List.of("--updates", "10", "--data", data.toString()));
    begin.addAll(List.of("--out", folder.toString(), "--name", "run", "--threads", "1"));
    assertEquals(0, finish(start(begin, folder, "first")));
    Path run = folder.resolve("run");
    List<String> expected = losses(run.resolve("metrics.jsonl"));
    // what a kill before the first checkpoint leaves
    try (Stream<Path> files = Files.walk(run.resolve("checkpoints"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    List<String> resume = List.of("pretrain", "--resume", run.toString(), "--threads", "1");
    assertEquals(0, finish(start(resume, folder, "second")));
    assertEquals(expected, losses(run.resolve("metrics.jsonl")));
  }

  private static List<String> with(List<String> arguments, String... more) {
    return Stream.concat(arguments.stream(), Stream.of(more)).toList();
  }

  /// The part of each line that does not depend on time.
  private static List<String> losses(Path metrics) throws IOException {
    return Files.readAllLines(metrics).stream()
        .map(line -> line.replaceAll(",?\"samples_per_second\":[^,}]*", ""))
        .collect(Collectors.toList());
  }

  private static void killAfterACheckpoint(Process process, Path run, Random random)
      throws Exception {
    Path checkpoints = run.resolve("checkpoints");
    int before = newest(checkpoints);
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (process.isAlive() && newest(checkpoints) <= before && System.nanoTime() < patience) {
      Thread.sleep(5);
    }
    Thread.sleep(random.nextInt(60));
    process.destroyForcibly().waitFor();
    assertTrue(newest(checkpoints) > before, "a checkpoint was written before the kill");
  }

  private static int newest(Path checkpoints) throws IOException {
    if (!Files.isDirectory(checkpoints)) {
      return -1;
    }
    try (Stream<Path> entries = Files.list(checkpoints)) {
      return entries
          .map(p -> p.getFileName().toString())
          .filter(n -> n.matches("step-\\d+"))
          .mapToInt(n -> Integer.parseInt(n.substring(5)))
          .max()
          .orElse(-1);
    }
  }

  private static int finish(Process process) throws InterruptedException {
    if (!process.waitFor(180, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return -1;
    }
    return process.exitValue();
  }

  /// Starts d2v in a JVM of its own, with this one's classes.
  private static Process start(List<String> arguments, Path folder, String name)
      throws IOException {
    String classes =
        Stream.of("java.class.path", "jdk.module.path")
            .map(System::getProperty)
            .filter(p -> p != null && !p.isEmpty())
            .collect(Collectors.joining(java.io.File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--add-modules", "jdk.incubator.vector", "-cp", classes, "dev.d2v.cli.Main"));
    command.addAll(arguments);
    Path log = folder.resolve(name + ".log");
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }
}
