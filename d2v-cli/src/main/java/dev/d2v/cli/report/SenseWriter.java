package dev.d2v.cli.report;

import static dev.d2v.cli.report.Html.escape;

import dev.d2v.cli.report.ReportData.Bar;
import dev.d2v.cli.report.ReportData.Masked;
import dev.d2v.cli.report.ReportData.Neighbours;
import dev.d2v.cli.report.ReportData.Projection;
import dev.d2v.cli.report.ReportData.Score;
import dev.d2v.cli.report.ReportData.Sense;
import java.util.List;

/// What a report shows of one modality.
final class SenseWriter {
  private final StringBuilder page;
  private final Sense sense;
  private final String heading;
  private final String key;
  private final Words words;
  private final ExhibitWriter exhibits;

  /// @param heading element of the parts' headings: `h2`, or `h3` below the name of the sense
  /// @param key begins the identifiers within this part of the page
  SenseWriter(StringBuilder page, Sense sense, String heading, String key) {
    this.page = page;
    this.sense = sense;
    this.heading = heading;
    this.key = key;
    this.words = Words.of(sense);
    this.exhibits = new ExhibitWriter(page);
  }

  private void section(String title, String explanation) {
    page.append("<section><%1$s>%2$s</%1$s>\n<p class=\"lead\">".formatted(heading, escape(title)));
    page.append(escape(explanation)).append("</p>\n");
  }

  /// How well simple classifiers read the features.
  void scores() {
    if (sense.scores().isEmpty()) {
      return;
    }
    section(
        "What the features are worth",
        "Accuracy on held-out %s of simple classifiers, trained on labels that the encoder never saw. %s"
            .formatted(words.plural(), words.hope()));
    page.append("<div class=\"scores\">");
    for (Score score : sense.scores()) {
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

  /// Samples with masks, the map, neighbours.
  void samples() {
    masked(sense.masked());
    sense.projection().ifPresent(this::projection);
    neighbours(sense.neighbours());
  }

  private void masked(List<Masked> samples) {
    if (samples.isEmpty()) {
      return;
    }
    section(words.title() + " and their masks", words.masking());
    page.append("<div class=\"masked\">");
    samples.forEach(exhibits::masked);
    page.append("</div></section>\n");
  }

  private void projection(Projection projection) {
    section(
        "The held-out %s in the plane".formatted(words.plural()),
        "Pooled features of the trained encoder, "
            + projection.method()
            + ". It saw no labels; classes that form islands are what it found by itself. Point at"
            + " a class to light it up.");
    page.append("<div class=\"card plane\">").append(ScatterChart.svg(projection, key));
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
        "Held-out %1$s, and the %1$s whose features are most alike, nearest first. A tick marks the same class, a cross another one."
            .formatted(words.plural()));
    page.append("<div class=\"neighbours\">");
    rows.forEach(exhibits::neighbours);
    page.append("</div></section>\n");
  }
}
