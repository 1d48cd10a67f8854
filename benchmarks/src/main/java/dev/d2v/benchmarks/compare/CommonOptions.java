package dev.d2v.benchmarks.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What every comparison is told.
final class CommonOptions {
  @Option(
      names = "--peers",
      description = "Against other libraries; the first use fetches them (about 360 MB).")
  boolean peers;

  @Option(
      names = "--against",
      paramLabel = "NAME",
      split = ",",
      description = "Only these of them: dnnl, ort, torch, mkl, obl, netl, jvec, ejml.")
  List<String> against = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Of every engine; 1,2 measures both. Default: all cores.")
  List<Integer> threads = List.of(Runtime.getRuntime().availableProcessors());

  @Option(names = "--rounds", paramLabel = "N", description = "Turns of each engine. Default: 5.")
  int rounds = 5;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where the CSV and the page go. Default: benchmarks/target/results.")
  @Nullable Path out;

  /// The rivals that are asked for and were built.
  List<Rival> rivals() {
    for (String name : against) {
      if (Rival.all().stream().noneMatch(r -> r.column().equals(name))) {
        throw new IllegalArgumentException(
            "--against: expected some of dnnl, ort, torch, mkl, obl, netl, jvec, ejml, got "
                + name);
      }
    }
    if (!peers) {
      if (!against.isEmpty()) {
        throw new IllegalArgumentException("--against needs --peers");
      }
      return List.of();
    }
    if (!Files.isDirectory(peersFolder().resolve("lib"))) {
      System.err.println(
          "d2v: without other libraries: there is no "
              + peersFolder().resolve("lib")
              + "; './d2v bench ... --peers' fetches them");
      return List.of();
    }
    return Rival.all().stream()
        .filter(r -> against.isEmpty() || against.contains(r.column()))
        .toList();
  }

  /// Checks the numbers.
  void check() {
    if (rounds < 1 || threads.isEmpty() || threads.stream().anyMatch(t -> t < 1)) {
      throw new IllegalArgumentException("--threads and --rounds must be at least 1");
    }
  }

  /// Where the rivals were built.
  static Path peersFolder() {
    return home().resolve("benchmarks", "peers", "target");
  }

  Path folder() {
    return out != null ? out : home().resolve("benchmarks", "target", "results");
  }

  /// Where networks of made-up weights lie.
  static Path modelsFolder() {
    return home().resolve("benchmarks", "target", "models");
  }

  Path logs() {
    return folder().resolve("logs");
  }

  private static Path home() {
    return Path.of(System.getProperty("d2v.home", ".")).toAbsolutePath().normalize();
  }
}
