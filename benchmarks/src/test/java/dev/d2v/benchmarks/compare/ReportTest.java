package dev.d2v.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.bench.Contender;
import dev.d2v.cli.bench.Csv;
import dev.d2v.cli.bench.HtmlPage;
import dev.d2v.cli.bench.Report;
import dev.d2v.cli.bench.Row;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

final class ReportTest {
  private static final List<Rival> RIVALS = Rival.all().subList(0, 3);
  private static final List<Contender> CONTENDERS = RIVALS.stream().map(Rival::contender).toList();

  /// 2 GFLOP in 20 ms where 200 GFLOP/s are possible: half of the ceiling.
  private static Row row(String what) {
    return new Row(
        what,
        "matmul",
        2,
        2_000_000_000,
        1000,
        200,
        100,
        0.02,
        300 << 20,
        Map.of(
            "dnnl", new Row.Outcome.Timed(0.03, 600 << 20),
            "ort", new Row.Outcome.Failed("it said \"no\", <twice>")));
  }

  @Test
  void sharesAndRatios() {
    Row row = row("matmulNT:1x2x3");
    assertEquals(0.5, row.share(), 1e-12);
    assertEquals(100, row.rate(), 1e-9);
    assertFalse(row.boundByMemory());
    assertEquals(1.5, row.ratio("dnnl").orElseThrow(), 1e-12);
    assertTrue(row.ratio("ort").isEmpty() && row.ratio("torch").isEmpty());
    Row memory = new Row("add:1", "elementwise", 1, 0, 4_000_000, 200, 100, 1e-4, 0, Map.of());
    assertEquals(0.4, memory.share(), 1e-12);
    assertEquals("GB/s", memory.unit());
    assertTrue(memory.boundByMemory());
  }

  @Test
  void aTableFitsAHundredColumnsAndNamesAKernelOnce() {
    Table table = new Table(Rival.all());
    assertTrue(table.header().length() <= 100, table.header());
    String first = table.line(row("conv2dBackwardWeight:32x14x14x768x768x3x3x1x16"));
    String second = table.line(row("conv2dBackwardWeight:512x714x714x768x768x3x3x1x16"));
    assertEquals("conv2dBackwardWeight", first.lines().findFirst().orElseThrow());
    assertEquals(1, second.lines().count());
    assertTrue((first + "\n" + second).lines().allMatch(l -> l.length() <= 100));
    assertTrue(first.contains(" 50%") && first.contains(" 1.50") && first.contains("    !"));
  }

  @Test
  void cellsWithCommasAndQuotesAreQuoted() {
    String[] lines = new Csv(CONTENDERS).of(List.of(row("matmulNT:1x2x3"))).split("\r\n", -1);
    assertEquals(3, lines.length);
    assertTrue(
        lines[0].endsWith(
            "dnnl_seconds,dnnl_ratio,dnnl_memory_bytes,ort_seconds,ort_ratio,ort_memory_bytes"
                + ",torch_seconds,torch_ratio,torch_memory_bytes"));
    assertTrue(lines[1].startsWith("matmulNT:1x2x3,matmul,2,2000000000,1000,200.000,100.000,"));
    assertTrue(
        lines[1].endsWith(
            "0.0300000,1.50000,629145600,\"failed: it said \"\"no\"\", <twice>\",,,,,"),
        lines[1]);
  }

  @Test
  void thePageIsWellFormedAndHasABarAnEngine() throws Exception {
    String page = new HtmlPage(CONTENDERS).of("A & B", List.of(row("matmulNT:1x2x3")));
    String xml = page.substring(page.indexOf('\n') + 1);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    assertEquals("A & B", document.getElementsByTagName("h1").item(0).getTextContent());
    assertEquals("matmul, 2 threads", document.getElementsByTagName("h2").item(0).getTextContent());
    assertTrue(page.contains("class=\"bar own\"") && page.contains("width:50.0%"));
    assertTrue(page.contains("oneDNN") && page.contains("1.50 x, 600 MiB"));
    assertTrue(page.contains("50 %, 300 MiB"), "memory stands beside a bar where it was measured");
    assertTrue(page.contains("&lt;twice&gt;"));
    assertFalse(page.contains("http"), "it needs nothing but itself");
  }

  @Test
  void bothFilesAreWritten(@TempDir Path folder) throws Exception {
    var said = new ByteArrayOutputStream();
    new Report("kernels", CONTENDERS, List.of(row("matmulNT:1x2x3")))
        .write(folder.resolve("new"), new PrintStream(said, true, StandardCharsets.UTF_8));
    assertTrue(Files.size(folder.resolve("new/kernels.csv")) > 0);
    assertTrue(Files.size(folder.resolve("new/kernels.html")) > 0);
    assertTrue(said.toString(StandardCharsets.UTF_8).contains("kernels.html"));
  }

  @Test
  void everyKernelIsInTheFullSuiteAndEveryFamilyInTheShortOne() {
    List<Case> full = Suite.of(java.util.Set.of(), true);
    for (Operation operation : Suite.kernels()) {
      assertTrue(full.stream().anyMatch(c -> c.operation() == operation), operation.label());
    }
    for (Operation.Family family : EnumSet.complementOf(EnumSet.of(Operation.Family.NETWORK))) {
      assertFalse(Suite.of(java.util.Set.of(family), false).isEmpty(), family.label());
    }
    assertEquals(full.size(), full.stream().distinct().count(), "no case twice");
  }
}
