package dev.d2v.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.bench.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Turns, with d2v as its own rival.
final class ComparisonTest {
  private static final Effort SHORT = new Effort(3, 1, 1, 1);

  private static WorkerProcess process(String name, Path folder) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            D2vEngine.class.getName(),
            "1",
            folder.toString());
    return WorkerProcess.start(name, command, Map.of(), folder.resolve(name));
  }

  @Test
  void aRowHasTheTimesOfAllAndTheCeilingsOfTheSameRounds(@TempDir Path folder) throws IOException {
    WorkerProcess ended;
    try (WorkerProcess first = process("ended", folder)) {
      ended = first;
    }
    try (WorkerProcess own = process("d2v", folder);
        WorkerProcess twin = process("twin", folder)) {
      Case which = Case.parse("matmulNT:64x64x64");
      Row row = new Comparison(1, SHORT, own, List.of(twin, ended)).measure(which);
      assertEquals("matmulNT:64x64x64", row.what());
      assertTrue(row.seconds() > 0 && row.gflopsPeak() > 0 && row.gigabytesPeak() > 0);
      assertTrue(row.ratio("twin").orElseThrow() > 0);
      assertInstanceOf(Row.Outcome.Failed.class, row.rivals().get("ended"), "the others go on");
    }
  }

  @Test
  void aRunWithoutRivalsWritesItsFiles(@TempDir Path folder) throws IOException {
    CommonOptions options = new CommonOptions();
    options.out = folder;
    options.threads = List.of(1, 2);
    var said = new ByteArrayOutputStream();
    new Run("kernels", options, List.of(), SHORT)
        .measure(
            List.of(Suite.small(Operation.ADD)),
            new PrintStream(said, true, StandardCharsets.UTF_8));
    List<String> csv = Files.readAllLines(folder.resolve("kernels.csv"));
    assertEquals(3, csv.size(), "a header, and a row for each number of threads");
    assertTrue(csv.get(1).startsWith("add:1021,elementwise,1,0,12252,"), csv.get(1));
    assertTrue(csv.get(2).startsWith("add:1021,elementwise,2,"), csv.get(2));
    assertTrue(Files.size(folder.resolve("kernels.html")) > 0);
    String table = said.toString(StandardCharsets.UTF_8);
    assertTrue(table.contains("2 threads") && table.contains("  1021 "), table);
  }

  @Test
  void wrongOptionsAreRefused() {
    CommonOptions options = new CommonOptions();
    options.against = List.of("numpy");
    assertThrows(IllegalArgumentException.class, options::rivals);
    options.against = List.of("dnnl");
    assertThrows(IllegalArgumentException.class, options::rivals, "without --peers");
    options.threads = List.of(0);
    assertThrows(IllegalArgumentException.class, options::check);
  }

  @Test
  void networksOfOneFileAndOneBatch(@TempDir Path folder) {
    Network network = Network.of(Case.parse("imageBase:1"));
    // 12 blocks of 197 tokens and 768 channels, and the patches
    double blocks = 12 * (24.0 * 197 * 768 * 768 + 4.0 * 197 * 197 * 768);
    assertEquals(blocks + 2.0 * 196 * 768 * 768, (double) network.flops(), 1);
    assertTrue(network.parameters() > 85_000_000 && network.parameters() < 87_000_000);
    assertThrows(
        IllegalArgumentException.class, () -> Network.of(Case.parse("add:3")), "no network");
  }
}
