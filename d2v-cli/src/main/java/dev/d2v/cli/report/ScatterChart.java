package dev.d2v.cli.report;

import static dev.d2v.cli.report.Html.escape;
import static dev.d2v.cli.report.Html.px;

import dev.d2v.cli.report.ReportData.Projection;
import java.util.Arrays;

/// A projection as SVG: a colour and a shape a class, so that neither is needed alone.
final class ScatterChart {
  /// Colours and shapes there are; classes beyond repeat colours with other shapes.
  static final int COLOURS = 10;

  private static final String[] SHAPES = {
    "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
    "M-2.7-2.7h5.4v5.4h-5.4z",
    "M0-3.6L3.4 2.6H-3.4z",
    "M0-3.9L3.9 0L0 3.9L-3.9 0z",
    "M-1.1-3.5h2.2v2.4h2.4v2.2h-2.4v2.4h-2.2v-2.4h-2.4v-2.2h2.4z"
  };

  private static final int SIZE = 640;
  private static final int MARGIN = 14;

  private ScatterChart() {}

  /// Where a class's shape is defined, for the legend too.
  static String shape(int label) {
    return SHAPES[(label + label / COLOURS) % SHAPES.length];
  }

  /// The drawing; points of a class lie in one group, which the legend lights up.
  ///
  /// @param key begins the identifiers of the shapes
  static String svg(Projection projection, String key) {
    Axis x = axis(projection.x(), MARGIN, SIZE - MARGIN);
    Axis y = axis(projection.y(), SIZE - MARGIN, MARGIN);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg class=\"scatter\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(
                SIZE,
                SIZE,
                escape(
                    "%d samples of %d classes in the plane: %s"
                        .formatted(
                            projection.x().length,
                            projection.classes().size(),
                            projection.method()))));
    svg.append("<defs>");
    for (int s = 0; s < SHAPES.length; s++) {
      svg.append("<path id=\"%sshape%d\" d=\"%s\"/>".formatted(key, s, SHAPES[s]));
    }
    svg.append("</defs>");
    for (int label = 0; label < projection.classes().size(); label++) {
      svg.append(
          "<g class=\"k%d\" data-class=\"%d\"><title>%s</title>"
              .formatted(label % COLOURS, label, escape(projection.classes().get(label))));
      int shape = Arrays.asList(SHAPES).indexOf(shape(label));
      for (int i = 0; i < projection.x().length; i++) {
        if (projection.labels()[i] == label && finite(projection, i)) {
          svg.append(
              "<use href=\"#%sshape%d\" x=\"%s\" y=\"%s\"/>"
                  .formatted(key, shape, px(x.at(projection.x()[i])), px(y.at(projection.y()[i]))));
        }
      }
      svg.append("</g>");
    }
    return svg.append("</svg>\n").toString();
  }

  private static boolean finite(Projection projection, int i) {
    return Double.isFinite(projection.x()[i]) && Double.isFinite(projection.y()[i]);
  }

  private static Axis axis(double[] values, double from, double to) {
    double low = Arrays.stream(values).filter(Double::isFinite).min().orElse(0);
    double high = Arrays.stream(values).filter(Double::isFinite).max().orElse(1);
    return Axis.exact(low, high, from, to);
  }
}
