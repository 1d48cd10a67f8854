package dev.d2v.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.run.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportWriterTest {
  @TempDir private Path folder;

  private static ReportData empty(String title) {
    return new ReportData(
        title,
        "",
        Optional.empty(),
        List.of(),
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
    assertFalse(page.contains("class=\"sense\""), "one sense needs no heading");
    PageCheck.wholeAndAlone(page);
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
  @DisplayName("three senses have a heading and their own parts each, to see, to play and to read")
  void threeSenses() throws IOException {
    String page = ReportWriter.html(MadeUp.threeSenses());
    PageCheck.wholeAndAlone(page);
    for (String heading :
        List.of(
            "<h2>Images</h2>",
            "<h3>Images and their masks</h3>",
            "<h2>Speech</h2>",
            "<h3>Recordings and their masks</h3>",
            "<h3>The held-out recordings in the plane</h3>",
            "<h2>Text</h2>",
            "<h3>Passages and their masks</h3>",
            "the passages whose features are most alike")) {
      assertTrue(page.contains(heading), heading);
    }
    assertEquals(3, page.split("<h3>What the features are worth</h3>", -1).length - 1);
    // two recordings with masks, three rows of a query and six neighbours
    assertEquals(2 + 3 * 7, page.split("<audio controls ", -1).length - 1);
    assertEquals(2 * 3 + 3 * 7, page.split("<svg class=\"wave\"", -1).length - 1);
    assertTrue(page.length() < 1_500_000, "length " + page.length());
  }

  @Test
  @DisplayName("one sense that is not images looks like the page of images")
  void speechAlone() throws IOException {
    ReportData.Sense speech = MadeUpSenses.speech(new Random(1));
    ReportData.Sense nothing =
        new ReportData.Sense("Text", List.of(), List.of(), Optional.empty(), List.of());
    String page = ReportWriter.html(MadeUp.report("speech", List.of(speech, nothing)));
    PageCheck.wholeAndAlone(page);
    assertTrue(page.contains("<h2>Recordings and their masks</h2>"));
    assertFalse(page.contains("<nav"));
    assertTrue(
        page.indexOf("What the features are worth") < page.indexOf("How the run went"),
        "scores come first");
  }

  @Test
  @DisplayName("long recordings are heard in part: the page stays below a few megabytes")
  void longSounds() throws IOException {
    float[] samples = new float[5 * 16_000];
    Random random = new Random(1);
    for (int i = 0; i < samples.length; i++) {
      samples[i] = random.nextFloat() - 0.5f;
    }
    Exhibit.Sound sound = new Exhibit.Sound(samples, 16_000);
    ReportData.Example example = new ReportData.Example(sound, "a reader");
    ReportData.Sense sense =
        new ReportData.Sense(
            "Speech",
            List.of(),
            Collections.nCopies(4, new ReportData.Masked(sound, List.of(new boolean[250]))),
            Optional.empty(),
            Collections.nCopies(
                8, new ReportData.Neighbours(example, Collections.nCopies(6, example))));
    String page = ReportWriter.html(MadeUp.report("long", List.of(sense)));
    assertTrue(page.contains("first 4 s of 5.00 s") && page.contains("first 2 s of 5.00 s"));
    assertTrue(page.length() < 4_000_000, "length " + page.length());
  }

  @Test
  @DisplayName("several modalities share a panel for each metric, each in its own colour")
  void panelsOfSeveral() {
    List<ReportData.Panel> panels =
        Panels.of(MadeUp.metrics(new Random(1), List.of("image", "speech", "text")));
    assertEquals(
        List.of(
            "Loss",
            "Loss: Masked tokens",
            "Loss: CLS token",
            "Spread: Targets",
            "Spread: Predictions",
            "Spread: Student's features over held-out samples",
            "Spread: Teacher's features over the batch",
            "Spread: Local features",
            "Learning rate",
            "EMA decay",
            "Gradient norm",
            "Speed"),
        panels.stream().map(ReportData.Panel::title).toList());
    assertEquals(List.of("Images", "Speech", "Text"), names(panels.getFirst()));
    assertEquals(List.of("Images"), names(panels.get(2)));
    assertEquals(List.of("Learning rate"), names(panels.get(8)));
    assertEquals("samples/s", panels.getLast().unit());
    List<ReportData.Panel> two =
        Panels.of(
            List.of(
                new MetricsLog.Line(1, Map.of("text/loss", 2.0, "loss", 3.0)),
                new MetricsLog.Line(2, Map.of("smell/loss", 1.0))));
    assertEquals(List.of("Text", "smell", "All together"), names(two.getFirst()));
    assertEquals(
        List.of(2, 4, 7), two.getFirst().curves().stream().map(ReportData.Curve::style).toList());
  }

  private static List<String> names(ReportData.Panel panel) {
    return panel.curves().stream().map(ReportData.Curve::name).toList();
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
                "t", "", "", false, List.of(new ReportData.Curve("c", 0, updates, values))));
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
                List.of(
                    new ReportData.Curve("c", 0, new double[] {1}, new double[] {Double.NaN}))));
    assertTrue(none.contains("no finite values"));
  }

  @Test
  @DisplayName("data that does not fit together is refused when it is made")
  void refused() {
    assertThrows(IllegalArgumentException.class, () -> new Picture(2, 2, 1, new byte[3]));
    Exhibit.Image image = new Exhibit.Image(new Picture(4, 4, 1, new byte[16]));
    assertRefused("a mask of 3 values does not cover a square grid", image, 3);
    assertRefused("4 x 4 pixels cannot be cut into a grid of 3", image, 9);
    Exhibit.Sound sound = new Exhibit.Sound(new float[5], 8_000);
    assertRefused("a mask of 6 frames does not fit a sound of 5 samples", sound, 6);
    assertRefused("masks of one sample have 2 and 3 values", sound, 2, 3);
    Exhibit.Passage passage = new Exhibit.Passage(List.of("a", " b"));
    assertRefused("a mask over 2 tokens has 1 values", passage, 1);
    assertThrows(IllegalArgumentException.class, () -> new Exhibit.Sound(new float[0], 8_000));
    assertThrows(IllegalArgumentException.class, () -> new Exhibit.Sound(new float[1], 0));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ReportData.Projection(
                "m", new double[1], new double[1], new int[] {1}, List.of("one class")));
  }

  private static void assertRefused(String message, Exhibit exhibit, int... lengths) {
    List<boolean[]> masks = Arrays.stream(lengths).mapToObj(boolean[]::new).toList();
    String said =
        assertThrows(IllegalArgumentException.class, () -> new ReportData.Masked(exhibit, masks))
            .getMessage();
    assertTrue(String.valueOf(said).startsWith(message), said);
  }
}
