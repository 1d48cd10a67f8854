package dev.d2v.cli.bench;

import dev.d2v.cli.bench.Scaling.Curve;
import dev.d2v.cli.bench.Scaling.Point;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// A curve as a self-contained SVG: measured points with a line through them, and the prediction
/// dashed. Both axes begin at zero.
final class ScalingChart {
  private static final int WIDTH = 420;
  private static final int HEIGHT = 260;
  private static final int LEFT = 58;
  private static final int RIGHT = 16;
  private static final int TOP = 34;
  private static final int BOTTOM = 40;
  private static final String MEASURED = "#1f5fa8";
  private static final String PREDICTED = "#c2571a";

  private final Curve curve;
  private final double mostX;
  private final double mostY;

  private ScalingChart(Curve curve) {
    this.curve = curve;
    this.mostX = curve.points().stream().mapToDouble(Point::x).max().orElse(1);
    this.mostY =
        curve.points().stream()
            .mapToDouble(p -> Math.max(p.seconds(), p.predicted()))
            .max()
            .orElse(1);
  }

  static String svg(Curve curve) {
    return new ScalingChart(curve).draw();
  }

  private String draw() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\" role=\"img\" aria-label=\"update time against %s\">\n"
            .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT, curve.name()));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    text(svg, LEFT, 14, "start", "#222222", "milliseconds an update against " + curve.name());
    text(svg, LEFT, 28, "start", MEASURED, "measured");
    text(svg, LEFT + 60, 28, "start", PREDICTED, "predicted");
    for (int i = 0; i <= 4; i++) {
      double value = mostY * i / 4;
      svg.append(
          String.format(
              Locale.ROOT,
              "<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>\n",
              LEFT,
              y(value),
              WIDTH - RIGHT));
      text(svg, LEFT - 6, y(value) + 4, "end", "#555555", number(1e3 * value));
    }
    double last = -100;
    for (Point p : curve.points()) {
      if (x(p.x()) - last > 24) {
        text(svg, x(p.x()), HEIGHT - BOTTOM + 18, "middle", "#555555", number(p.x()));
        last = x(p.x());
      }
    }
    line(svg, PREDICTED, " stroke-dasharray=\"5 4\"", Point::predicted);
    line(svg, MEASURED, "", Point::seconds);
    for (Point p : curve.points()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
              x(p.x()),
              y(p.seconds()),
              MEASURED));
    }
    return svg.append("</svg>\n").toString();
  }

  private void line(StringBuilder svg, String colour, String dash, ToDoubleFunction<Point> value) {
    List<Point> points = curve.points();
    StringBuilder path = new StringBuilder();
    for (Point p : points) {
      path.append(
          String.format(
              Locale.ROOT,
              "%s%.1f %.1f",
              path.isEmpty() ? "M" : "L",
              x(p.x()),
              y(value.applyAsDouble(p))));
    }
    svg.append(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\"%s/>\n"
            .formatted(path, colour, dash));
  }

  private static void text(
      StringBuilder svg, double x, double y, String anchor, String colour, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n",
            x,
            y,
            anchor,
            colour,
            text));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 && value % 1 != 0 ? "%.1f" : "%.0f", value);
  }

  private double x(double value) {
    return LEFT + (WIDTH - LEFT - RIGHT) * value / mostX;
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM - 4) * value / mostY;
  }
}
