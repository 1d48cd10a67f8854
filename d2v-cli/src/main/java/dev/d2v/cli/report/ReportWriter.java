package dev.d2v.cli.report;

import static dev.d2v.cli.report.Html.escape;

import dev.d2v.cli.report.ReportData.Bar;
import dev.d2v.cli.report.ReportData.Example;
import dev.d2v.cli.report.ReportData.Fact;
import dev.d2v.cli.report.ReportData.MaskedImage;
import dev.d2v.cli.report.ReportData.Neighbours;
import dev.d2v.cli.report.ReportData.Panel;
import dev.d2v.cli.report.ReportData.Projection;
import dev.d2v.cli.report.ReportData.RunFile;
import dev.d2v.cli.report.ReportData.Score;
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
    writer.scores(data.scores());
    writer.panels(data.panels());
    writer.images(data.images());
    data.projection().ifPresent(writer::projection);
    writer.neighbours(data.neighbours());
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
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
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

  private void scores(List<Score> scores) {
    if (scores.isEmpty()) {
      return;
    }
    section(
        "What the features are worth",
        "Accuracy on held-out images of simple classifiers, trained on labels that the encoder"
            + " never saw. The trained encoder should beat both the untrained one and raw pixels.");
    page.append("<div class=\"scores\">");
    for (Score score : scores) {
      page.append("<table class=\"score card\"><caption>").append(escape(score.probe()));
      page.append("</caption>");
      for (Bar bar : score.bars()) {
        page.append(
            "<tr%s><th scope=\"row\">%s</th><td class=\"track\"><div class=\"bar\" style=\"width:%.1f%%\"></div></td><td class=\"value\">%.1f %%</td></tr>"
                .formatted(
                    bar.highlighted() ? " class=\"ours\"" : "",
                    escape(bar.features()),
                    100 * bar.accuracy(),
                    100 * bar.accuracy()));
      }
      page.append("</table>");
    }
    page.append("</div></section>\n");
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
      if (panel.curves().size() > 1) {
        page.append("<ul class=\"legend\">");
        for (int i = 0; i < panel.curves().size(); i++) {
          page.append("<li><span class=\"swatch s").append(i % 8).append("\"></span>");
          page.append(escape(panel.curves().get(i).name())).append("</li>");
        }
        page.append("</ul>");
      }
      page.append("</figcaption>").append(LineChart.svg(panel)).append("</figure>\n");
    }
    page.append("</div></section>\n");
  }

  private void images(List<MaskedImage> images) {
    if (images.isEmpty()) {
      return;
    }
    section(
        "Images and their masks",
        "Each image is shown to the student several times, each time with other patches hidden."
            + " From the few it sees, the student predicts what the teacher, who sees all, makes of"
            + " the hidden ones.");
    page.append("<div class=\"masked\">");
    for (MaskedImage image : images) {
      page.append("<div class=\"card strip\">");
      figure(image.picture(), "image", "");
      if (!image.masks().isEmpty()) {
        figure(MaskPictures.veiled(image, image.masks().getFirst()), "hidden part", "");
      }
      for (int m = 0; m < image.masks().size(); m++) {
        figure(
            MaskPictures.visible(image, image.masks().get(m)), "sees, mask " + (m + 1), "hatched");
      }
      page.append("</div>\n");
    }
    page.append("</div></section>\n");
  }

  private void figure(Picture picture, String caption, String style) {
    page.append("<figure class=\"").append(style).append("\">");
    picture(picture, caption);
    page.append("<figcaption>").append(escape(caption)).append("</figcaption></figure>");
  }

  private void picture(Picture picture, String alternative) {
    page.append(
        "<img%s src=\"%s\" alt=\"%s\" width=\"%d\" height=\"%d\">"
            .formatted(
                picture.width() < 96 ? " class=\"small\"" : "",
                Png.dataUri(picture),
                escape(alternative),
                picture.width(),
                picture.height()));
  }

  private void projection(Projection projection) {
    section(
        "The held-out images in the plane",
        "Pooled features of the trained encoder, "
            + projection.method()
            + ". It saw no labels; classes that form islands are what it found by itself. Point at"
            + " a class to light it up.");
    page.append("<div class=\"card plane\">").append(ScatterChart.svg(projection));
    page.append("<ul class=\"legend classes\">");
    for (int i = 0; i < projection.classes().size(); i++) {
      page.append(
          "<li tabindex=\"0\" data-class=\"%d\"><svg class=\"k%d\" viewBox=\"-5 -5 10 10\" aria-hidden=\"true\"><path d=\"%s\"/></svg>%s</li>"
              .formatted(
                  i,
                  i % ScatterChart.COLOURS,
                  ScatterChart.shape(i),
                  escape(projection.classes().get(i))));
    }
    page.append("</ul></div></section>\n");
  }

  private void neighbours(List<Neighbours> rows) {
    if (rows.isEmpty()) {
      return;
    }
    section(
        "Nearest neighbours",
        "Held-out images, and the images whose features are most alike, nearest first. A tick marks"
            + " the same class, a cross another one.");
    page.append("<div class=\"neighbours\">");
    for (Neighbours row : rows) {
      page.append("<div class=\"card row\">");
      example(row.query(), "query", "");
      page.append("<span class=\"arrow\" aria-hidden=\"true\">&#8594;</span>");
      for (Example near : row.nearest()) {
        boolean labelled = !near.className().isEmpty() && !row.query().className().isEmpty();
        boolean same = near.className().equals(row.query().className());
        String style = labelled ? same ? "same" : "other" : "";
        example(near, style, labelled ? same ? "&#10003; " : "&#10007; " : "");
      }
      page.append("</div>\n");
    }
    page.append("</div></section>\n");
  }

  private void example(Example example, String style, String mark) {
    page.append("<figure class=\"").append(style).append("\">");
    picture(example.picture(), example.className());
    page.append("<figcaption>").append(mark).append(escape(example.className()));
    page.append("</figcaption></figure>");
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
