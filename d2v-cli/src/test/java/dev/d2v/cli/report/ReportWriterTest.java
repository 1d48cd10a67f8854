package dev.d2v.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportWriterTest {
  private static final Pattern ADDRESS =
      Pattern.compile("(?:src|href|url)\\s*[=(]\\s*[\"']?+(?!data:|#)");

  @TempDir private Path folder;

  private static ReportData empty(String title) {
    return new ReportData(
        title,
        "",
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  @Test
  @DisplayName("the page holds every section and loads nothing")
  void complete() throws IOException {
    Path file = folder.resolve("report.html");
    ReportWriter.write(file, MadeUp.report());
    String page = Files.readString(file);
    for (String heading :
        List.of(
            "No sign of collapse",
            "What the features are worth",
            "How the run went",
            "Images and their masks",
            "The held-out images in the plane",
            "Nearest neighbours",
            "What to try next",
            "Machine and settings",
            "This run's folder")) {
      assertTrue(page.contains(heading), heading);
    }
    assertFalse(ADDRESS.matcher(page).find(), "an address outside the page");
    assertEquals(page.split("<section>", -1).length, page.split("</section>", -1).length);
    assertEquals(page.split("<figure", -1).length, page.split("</figure>", -1).length);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  @DisplayName("a report without anything is still a page; an old one is replaced")
  void empty() throws IOException {
    Path file = Files.writeString(folder.resolve("report.html"), "old");
    ReportWriter.write(file, empty("nothing"));
    String page = Files.readString(file);
    assertTrue(page.contains("<h1>nothing</h1>") && page.endsWith("</html>\n"));
    assertFalse(page.contains("<section>"));
  }

  @Test
  @DisplayName("texts cannot break out of the page")
  void escaped() throws IOException {
    String page = ReportWriter.html(empty("<script>alert(\"x\")</script>&"));
    assertFalse(page.contains("<script>alert"));
    assertTrue(page.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;"));
  }

  @Test
  @DisplayName("the standard panels follow from the metrics that a run kept")
  void panels() {
    List<ReportData.Panel> panels = Panels.of(MadeUp.metrics(new Random(1)));
    assertEquals(
        List.of(
            "Loss",
            "Spread of targets and predictions",
            "Spread of features",
            "Learning rate",
            "EMA decay",
            "Gradient norm",
            "Speed"),
        panels.stream().map(ReportData.Panel::title).toList());
    assertEquals(3, panels.getFirst().curves().size());
    assertTrue(panels.getFirst().logarithmic());
    assertEquals("images/s", panels.getLast().unit());
    assertEquals(List.of(), Panels.of(List.of()));
  }

  @Test
  @DisplayName("long curves are thinned and keep their spikes; what is not finite is left out")
  void thinned() {
    int n = 10_000;
    double[] updates = new double[n];
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      updates[i] = i;
      values[i] = i == 4321 ? 77 : i % 100 == 0 ? Double.NaN : 1;
    }
    String svg =
        LineChart.svg(
            new ReportData.Panel(
                "t", "", "", false, List.of(new ReportData.Curve("c", updates, values))));
    assertTrue(svg.contains(" 4321:77 "));
    assertFalse(svg.contains("NaN"));
    assertTrue(svg.length() < 20_000, "length " + svg.length());
    String none =
        LineChart.svg(
            new ReportData.Panel(
                "t",
                "",
                "",
                false,
                List.of(new ReportData.Curve("c", new double[] {1}, new double[] {Double.NaN}))));
    assertTrue(none.contains("no finite values"));
  }

  @Test
  @DisplayName("data that does not fit together is refused when it is made")
  void refused() {
    assertThrows(IllegalArgumentException.class, () -> new Picture(2, 2, 1, new byte[3]));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ReportData.MaskedImage(
                new Picture(4, 4, 1, new byte[16]), 2, List.of(new boolean[3])));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ReportData.Projection(
                "m", new double[1], new double[1], new int[] {1}, List.of("one class")));
  }
}
