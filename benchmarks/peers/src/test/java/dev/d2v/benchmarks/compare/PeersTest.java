package dev.d2v.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.spi.CpuBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every rival computes what d2v computes, whose results are compared with an oracle elsewhere.
final class PeersTest {
  static List<Rival> rivals() {
    return Rival.all();
  }

  /// What each must be able to do.
  private static Set<Operation> expected(Rival rival) {
    return switch (rival.column()) {
      case "torch" -> EnumSet.copyOf(Suite.kernels());
      case "ort" ->
          EnumSet.of(
              Operation.MATMUL_NN,
              Operation.MATMUL_NT,
              Operation.MATMUL_NT_GELU,
              Operation.MATMUL_TN,
              Operation.ATTENTION_FORWARD,
              Operation.LAYER_NORM_FORWARD,
              Operation.ADD_LAYER_NORM_FORWARD,
              Operation.LAYER_NORM_GELU_FORWARD,
              Operation.SOFTMAX_FORWARD,
              Operation.GELU_FORWARD,
              Operation.ADD,
              Operation.GATHER_ROWS,
              Operation.CONV_FORWARD);
      case "jvec" -> EnumSet.of(Operation.MATMUL_NT);
      default -> EnumSet.of(Operation.MATMUL_NN, Operation.MATMUL_NT, Operation.MATMUL_TN);
    };
  }

  @ParameterizedTest
  @MethodSource("rivals")
  void resultsAreThoseOfD2v(Rival rival, @TempDir Path folder) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Dorg.bytedeco.javacpp.cachedir=" + Path.of("target", "native").toAbsolutePath(),
            "-cp",
            System.getProperty("java.class.path"),
            rival.mainClass(),
            "2",
            folder.toString());
    Map<String, String> environment = new LinkedHashMap<>(Engines.environment(2));
    environment.putAll(rival.environment());
    Set<Operation> able = EnumSet.noneOf(Operation.class);
    try (WorkerProcess process =
            WorkerProcess.start(rival.column(), command, environment, folder.resolve("log"));
        D2vEngine own = new D2vEngine(2, CpuBackend.Option.VECTOR)) {
      for (Operation operation : Suite.kernels()) {
        Case which = Suite.small(operation);
        switch (process.open(which)) {
          case WorkerProcess.Opened.Ready(Checksum sum) -> {
            able.add(operation);
            Checksum expected = checksum(own, which);
            assertTrue(sum.agrees(expected), which + ": " + sum + ", d2v's is " + expected);
            assertTrue(process.time(1) > 0);
          }
          case WorkerProcess.Opened.None() -> {}
          case WorkerProcess.Opened.Failed(String reason) ->
              throw new AssertionError(which + ": " + reason);
        }
      }
    }
    assertEquals(expected(rival), able);
  }

  private static Checksum checksum(D2vEngine own, Case which) {
    try (Task task = own.open(which).orElseThrow()) {
      task.run();
      return Checksum.of(task.result());
    }
  }
}
