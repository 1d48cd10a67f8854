package dev.d2v.cli.report;

import static dev.d2v.cli.report.Html.escape;

import dev.d2v.cli.report.ReportData.Curve;
import dev.d2v.cli.report.ReportData.Fact;
import dev.d2v.cli.report.ReportData.Panel;
import dev.d2v.cli.report.ReportData.RunFile;
import dev.d2v.cli.report.ReportData.Sense;
import dev.d2v.cli.report.ReportData.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Writes a report as one HTML file: style, drawings and pictures are inside it, and its own policy
/// forbids the browser to load anything else.
public final class ReportWriter {
  private final StringBuilder page = new StringBuilder();

  private ReportWriter() {}

  /// Writes the file, or replaces it as a whole.
  public static void write(Path file, ReportData data) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, html(data));
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /// The page.
  static String html(ReportData data) throws IOException {
    ReportWriter writer = new ReportWriter();
    writer.head(data.title());
    writer.top(data);
    writer.body(data.panels(), data.senses().stream().filter(sense -> !sense.empty()).toList());
    writer.next(data.next());
    writer.facts(data.facts());
    writer.files(data);
    writer.page.append("</main>\n<script>").append(resource("report.js")).append("</script>\n");
    return writer.page.append("</body>\n</html>\n").toString();
  }

  private void head(String title) throws IOException {
    page.append(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
        """);
    page.append("<title>").append(escape(title)).append(" - d2v</title>\n<style>\n");
    page.append(resource("report.css")).append("</style>\n</head>\n<body>\n<main>\n");
  }

  private void top(ReportData data) {
    page.append("<header><p class=\"brand\">d2v pre-training report</p><h1>");
    page.append(escape(data.title())).append("</h1><p class=\"summary\">");
    page.append(escape(data.summary())).append("</p></header>\n");
    data.verdict().ifPresent(this::verdict);
  }

  private void verdict(Verdict verdict) {
    String mark =
        switch (verdict.level()) {
          case GOOD -> "&#10003;";
          case DOUBTFUL -> "!";
          case BAD -> "&#10007;";
        };
    page.append(
        "<aside class=\"verdict %s\"><span class=\"sign\" aria-hidden=\"true\">%s</span><div><h2>%s</h2><p>%s</p></div></aside>%n"
            .formatted(
                verdict.level().name().toLowerCase(Locale.ROOT),
                mark,
                escape(verdict.headline()),
                escape(verdict.explanation())));
  }

  private void section(String title, String explanation) {
    page.append("<section><h2>").append(escape(title)).append("</h2>\n<p class=\"lead\">");
    page.append(escape(explanation)).append("</p>\n");
  }

  /// One sense: its scores, the curves, its samples. Several: the curves, then a part for each.
  private void body(List<Panel> panels, List<Sense> senses) {
    if (senses.size() == 1) {
      SenseWriter sense = new SenseWriter(page, senses.getFirst(), "h2", "");
      sense.scores();
      panels(panels);
      sense.samples();
      return;
    }
    contents(senses);
    panels(panels);
    for (int i = 0; i < senses.size(); i++) {
      String name = escape(senses.get(i).name());
      page.append(
          "<div class=\"sense\" id=\"sense%d\" role=\"region\" aria-label=\"%s\"><h2>%s</h2>\n"
              .formatted(i, name, name));
      SenseWriter sense = new SenseWriter(page, senses.get(i), "h3", "sense" + i + "-");
      sense.scores();
      sense.samples();
      page.append("</div>\n");
    }
  }

  private void contents(List<Sense> senses) {
    if (senses.isEmpty()) {
      return;
    }
    page.append("<nav aria-label=\"Modalities\">");
    for (int i = 0; i < senses.size(); i++) {
      page.append("<a href=\"#sense%d\">%s</a>".formatted(i, escape(senses.get(i).name())));
    }
    page.append("</nav>\n");
  }

  private void panels(List<Panel> panels) {
    if (panels.isEmpty()) {
      return;
    }
    section("How the run went", "Point at a curve to read its values.");
    page.append("<div class=\"panels\">");
    for (Panel panel : panels) {
      page.append("<figure class=\"card\"><figcaption><h3>").append(escape(panel.title()));
      page.append("</h3><p>").append(escape(panel.explanation())).append("</p>");
      if (panel.curves().size() > 1 || !panel.curves().getFirst().name().equals(panel.title())) {
        page.append("<ul class=\"legend\">");
        for (Curve curve : panel.curves()) {
          page.append("<li><span class=\"swatch s").append(curve.style() % 8).append("\"></span>");
          page.append(escape(curve.name())).append("</li>");
        }
        page.append("</ul>");
      }
      page.append("</figcaption>").append(LineChart.svg(panel)).append("</figure>\n");
    }
    page.append("</div></section>\n");
  }

  private void next(List<String> sentences) {
    if (sentences.isEmpty()) {
      return;
    }
    page.append("<section><h2>What to try next</h2>\n<ul class=\"next\">");
    for (String sentence : sentences) {
      page.append("<li>").append(code(sentence)).append("</li>");
    }
    page.append("</ul></section>\n");
  }

  private void facts(List<Fact> facts) {
    if (facts.isEmpty()) {
      return;
    }
    page.append("<section><h2>Machine and settings</h2>\n<div class=\"facts\">");
    Map<String, StringBuilder> groups = new LinkedHashMap<>();
    for (Fact fact : facts) {
      groups
          .computeIfAbsent(fact.group(), g -> new StringBuilder())
          .append("<tr><th scope=\"row\">")
          .append(escape(fact.name()))
          .append("</th><td>")
          .append(escape(fact.value()))
          .append("</td></tr>");
    }
    groups.forEach((group, rows) ->
        page.append("<table class=\"card\"><caption>")
            .append(escape(group))
            .append("</caption>")
            .append(rows)
            .append("</table>"));
    page.append("</div></section>\n");
  }

  private void files(ReportData data) {
    if (data.files().isEmpty() && data.resume().isEmpty()) {
      return;
    }
    page.append("<section><h2>This run's folder</h2>\n<table class=\"card files\">");
    for (RunFile file : data.files()) {
      page.append("<tr><th scope=\"row\"><code>").append(escape(file.path()));
      page.append("</code></th><td>").append(escape(file.meaning())).append("</td></tr>");
    }
    page.append("</table>\n");
    data.resume()
        .ifPresent(command ->
            page.append("<p>Go on with it: <code>").append(escape(command)).append("</code></p>"));
    page.append("</section>\n");
  }

  /// Text in which `backticks` set commands.
  private static String code(String text) {
    return escape(text).replaceAll("`([^`]*)`", "<code>$1</code>");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ReportWriter.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the program's own file " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
