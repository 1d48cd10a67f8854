package dev.d2v.cli.report;

import static dev.d2v.cli.report.Html.escape;
import static dev.d2v.cli.report.Html.px;

import dev.d2v.cli.report.ReportData.Curve;
import dev.d2v.cli.report.ReportData.Panel;
import java.util.ArrayList;
import java.util.List;

/// A panel as SVG: grid, ticks with units, one path a curve, and the values for the cross-hair.
final class LineChart {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 250;
  private static final int LEFT = 58;
  private static final int RIGHT = 26;
  private static final int TOP = 28;
  private static final int BOTTOM = 40;

  /// More points than this are drawn as the least and greatest of each stretch, so that spikes
  /// stay.
  private static final int POINTS = 400;

  /// Curves whose mean second difference exceeds this part of their range are drawn faint, under a
  /// running mean.
  private static final double ROUGH = 0.004;

  private static final int SMOOTHED = 40;

  private record Point(double update, double value) {}

  private LineChart() {}

  /// The figure's drawing; its title and legend are the page's.
  static String svg(Panel panel) {
    List<List<Point>> curves = new ArrayList<>();
    for (Curve curve : panel.curves()) {
      curves.add(finite(curve, panel.logarithmic()));
    }
    List<Point> all = curves.stream().flatMap(List::stream).toList();
    if (all.isEmpty()) {
      return "<p class=\"empty\">no finite values</p>";
    }
    Axis x =
        Axis.exact(
            all.stream().mapToDouble(Point::update).min().orElse(0),
            all.stream().mapToDouble(Point::update).max().orElse(1),
            LEFT,
            WIDTH - RIGHT);
    Axis y =
        Axis.over(
            all.stream().mapToDouble(Point::value).min().orElse(0),
            all.stream().mapToDouble(Point::value).max().orElse(1),
            panel.logarithmic(),
            HEIGHT - BOTTOM,
            TOP);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(WIDTH, HEIGHT, escape(description(panel, curves))));
    grid(svg, panel, x, y);
    for (int i = 0; i < curves.size(); i++) {
      Curve curve = panel.curves().get(i);
      List<Point> points = curves.get(i);
      if (rough(points, y)) {
        svg.append(
            "<path class=\"raw s%d\" d=\"%s\"/>"
                .formatted(curve.style() % 8, line(thinned(points), x, y)));
        points = smooth(points, panel.logarithmic());
      }
      path(svg, curve, thinned(points), x, y);
    }
    svg.append("<g class=\"hover\"></g></svg>\n");
    return svg.toString();
  }

  private static void grid(StringBuilder svg, Panel panel, Axis x, Axis y) {
    for (Axis.Tick tick : y.ticks(4)) {
      String at = px(y.at(tick.value()));
      svg.append("<path class=\"grid\" d=\"M%d %sH%d\"/>".formatted(LEFT, at, WIDTH - RIGHT));
      svg.append(
          "<text class=\"tick\" x=\"%d\" y=\"%s\" dy=\".35em\" text-anchor=\"end\">%s</text>"
              .formatted(LEFT - 8, at, tick.label()));
    }
    for (Axis.Tick tick : x.ticks(5)) {
      String at = px(x.at(tick.value()));
      svg.append("<path class=\"mark\" d=\"M%s %dv4\"/>".formatted(at, HEIGHT - BOTTOM));
      svg.append(
          "<text class=\"tick\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>"
              .formatted(at, HEIGHT - BOTTOM + 17, tick.label()));
    }
    svg.append(
        "<path class=\"axis\" d=\"M%d %dH%d\"/>".formatted(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT));
    svg.append(
        "<text class=\"unit\" x=\"%d\" y=\"%d\" text-anchor=\"end\">updates</text>"
            .formatted(WIDTH - RIGHT, HEIGHT - 6));
    String unit = panel.unit() + (panel.logarithmic() ? " (logarithmic)" : "");
    if (!unit.isBlank()) {
      svg.append("<text class=\"unit\" x=\"4\" y=\"12\">%s</text>".formatted(escape(unit.strip())));
    }
  }

  private static void path(StringBuilder svg, Curve curve, List<Point> points, Axis x, Axis y) {
    StringBuilder values = new StringBuilder();
    for (Point p : points) {
      values.append(values.isEmpty() ? "" : " ").append(Axis.number(p.update).replace(",", ""));
      values.append(':').append(Axis.number(p.value).replace(",", ""));
    }
    svg.append(
        "<path class=\"line s%d\" data-name=\"%s\" data-values=\"%s\" d=\"%s\"/>"
            .formatted(curve.style() % 8, escape(curve.name()), values, line(points, x, y)));
    if (points.size() == 1) {
      Point p = points.getFirst();
      svg.append(
          "<circle class=\"dot s%d\" cx=\"%s\" cy=\"%s\" r=\"3\"/>"
              .formatted(curve.style() % 8, px(x.at(p.update)), px(y.at(p.value))));
    }
  }

  private static String line(List<Point> points, Axis x, Axis y) {
    StringBuilder line = new StringBuilder();
    for (Point p : points) {
      line.append(line.isEmpty() ? "M" : "L").append(px(x.at(p.update))).append(' ');
      line.append(px(y.at(p.value)));
    }
    return line.toString();
  }

  private static boolean rough(List<Point> points, Axis y) {
    double sum = 0;
    for (int i = 1; i < points.size() - 1; i++) {
      double around = y.at(points.get(i - 1).value) + y.at(points.get(i + 1).value);
      sum += Math.abs(around - 2 * y.at(points.get(i).value));
    }
    return points.size() > SMOOTHED && sum / points.size() > ROUGH * (HEIGHT - TOP - BOTTOM);
  }

  /// The mean over a window of a twentieth of the points, of logarithms on a logarithmic axis.
  private static List<Point> smooth(List<Point> points, boolean logarithmic) {
    int half = Math.max(1, points.size() / SMOOTHED);
    List<Point> smooth = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      List<Point> window =
          points.subList(Math.max(0, i - half), Math.min(points.size(), i + half + 1));
      double sum = 0;
      for (Point p : window) {
        sum += logarithmic ? Math.log(p.value) : p.value;
      }
      double mean = sum / window.size();
      smooth.add(new Point(points.get(i).update, logarithmic ? Math.exp(mean) : mean));
    }
    return smooth;
  }

  private static List<Point> finite(Curve curve, boolean positive) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < curve.values().length; i++) {
      double value = curve.values()[i];
      if (Double.isFinite(value) && (!positive || value > 0)) {
        points.add(new Point(curve.updates()[i], value));
      }
    }
    return points;
  }

  private static List<Point> thinned(List<Point> points) {
    if (points.size() <= POINTS) {
      return points;
    }
    List<Point> thinned = new ArrayList<>();
    int stretches = POINTS / 2;
    for (int s = 0; s < stretches; s++) {
      int from = (int) ((long) points.size() * s / stretches);
      int to = (int) ((long) points.size() * (s + 1) / stretches);
      Point least = points.get(from);
      Point most = least;
      for (Point p : points.subList(from, to)) {
        least = p.value < least.value ? p : least;
        most = p.value > most.value ? p : most;
      }
      thinned.add(least.update <= most.update ? least : most);
      if (!least.equals(most)) {
        thinned.add(least.update <= most.update ? most : least);
      }
    }
    return thinned;
  }

  private static String description(Panel panel, List<List<Point>> curves) {
    StringBuilder text = new StringBuilder(panel.title()).append(" over updates");
    for (int i = 0; i < curves.size(); i++) {
      List<Point> points = curves.get(i);
      if (!points.isEmpty()) {
        text.append("; ").append(panel.curves().get(i).name()).append(" from ");
        text.append(Axis.number(points.getFirst().value)).append(" to ");
        text.append(Axis.number(points.getLast().value));
      }
    }
    return text.toString();
  }
}
