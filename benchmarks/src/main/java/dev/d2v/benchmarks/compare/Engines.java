package dev.d2v.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Starts the processes of a comparison: d2v's and those of the rivals that are here.
final class Engines {
  /// Variables that slow a library down or set its threads by another way than ours.
  private static final List<String> UNSET =
      List.of(
          "OPENBLAS_CORETYPE",
          "OPENBLAS_L2_SIZE",
          "OMP_PROC_BIND",
          "OMP_DYNAMIC",
          "OMP_WAIT_POLICY",
          "GOMP_CPU_AFFINITY",
          "KMP_AFFINITY",
          "ONEDNN_MAX_CPU_ISA",
          "DNNL_MAX_CPU_ISA",
          "MKL_ENABLE_INSTRUCTIONS");

  private final Path peers;
  private final Path models;
  private final Path logs;
  private final Consumer<String> note;

  /// @param peers where the rivals' module was built: its jar and the folder lib
  /// @param models where networks of made-up weights lie, or will
  /// @param logs where the processes' error streams go
  /// @param note is told what is missing
  Engines(Path peers, Path models, Path logs, Consumer<String> note) {
    this.peers = peers;
    this.models = models;
    this.logs = logs;
    this.note = note;
  }

  /// d2v's own kernels.
  WorkerProcess own(int threads) throws IOException {
    return start(
        "d2v", D2vEngine.class.getName(), System.getProperty("java.class.path"), threads, Map.of());
  }

  /// The rivals among `wanted` that start; the others are noted.
  List<WorkerProcess> rivals(List<Rival> wanted, int threads) throws IOException {
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<WorkerProcess> started = new ArrayList<>();
    String classPath = classPath();
    for (Rival rival : wanted) {
      if (rival.oneThread() && threads > 1) {
        continue;
      }
      try {
        WorkerProcess process =
            start(rival.column(), rival.mainClass(), classPath, threads, rival.environment());
        note.accept("  against " + process.description());
        started.add(process);
      } catch (IOException e) {
        note.accept("  without " + rival.name() + ": " + e.getMessage());
      }
    }
    return started;
  }

  private String classPath() throws IOException {
    StringBuilder path = new StringBuilder(System.getProperty("java.class.path"));
    try (Stream<Path> jars = Files.list(peers)) {
      jars.filter(jar -> jar.toString().endsWith(".jar"))
          .sorted()
          .forEach(jar -> path.append(System.getProperty("path.separator")).append(jar));
    }
    return path.append(System.getProperty("path.separator"))
        .append(peers.resolve("lib").resolve("*"))
        .toString();
  }

  private WorkerProcess start(
      String name, String mainClass, String classPath, int threads, Map<String, String> more)
      throws IOException {
    Files.createDirectories(logs);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            // as the launcher has it: a large nursery would only be touched, and count as memory
            "-Xmn24m",
            "-Dorg.bytedeco.javacpp.cachedir=" + peers.resolve("native")));
    String bits = System.getProperty("d2v.vectorBits");
    if (bits != null) {
      command.add("-Dd2v.vectorBits=" + bits);
    }
    command.addAll(
        List.of("-cp", classPath, mainClass, Integer.toString(threads), models.toString()));
    Map<String, String> environment = environment(threads);
    environment.putAll(more);
    return WorkerProcess.start(
        name, command, environment, logs.resolve(name + "-" + threads + ".log"));
  }

  /// Every library's way to say how many threads it has.
  static Map<String, String> environment(int threads) {
    Map<String, String> environment = new LinkedHashMap<>();
    UNSET.forEach(name -> environment.put(name, ""));
    for (String name :
        List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "DNNL_NUM_THREADS")) {
      environment.put(name, Integer.toString(threads));
    }
    environment.put("MKL_DYNAMIC", "FALSE");
    return environment;
  }
}
