package dev.d2v.cli.report;

import static dev.d2v.cli.report.Html.escape;
import static dev.d2v.cli.report.Html.px;

/// A waveform as SVG: the least and the greatest sample of each column, and a veil over hidden
/// frames.
final class WaveDrawing {
  private static final int WIDTH = 600;
  private static final int HEIGHT = 60;

  private WaveDrawing() {}

  /// The drawing without a mask.
  ///
  /// @param columns at most so many
  static String svg(Exhibit.Sound sound, int columns, String description) {
    return svg(outline(sound, columns), "", description);
  }

  /// The drawing with what a mask hides.
  static String svg(Exhibit.Sound sound, int columns, String description, boolean[] mask) {
    return svg(
        outline(sound, columns), "<path class=\"veil\" d=\"" + veil(mask) + "\"/>", description);
  }

  private static String svg(String outline, String veil, String description) {
    return "<svg class=\"wave\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\"><path class=\"sound\" d=\"%s\"/>%s</svg>"
        .formatted(WIDTH, HEIGHT, escape(description), outline, veil);
  }

  /// Along the greatest samples to the right, back along the least.
  private static String outline(Exhibit.Sound sound, int columns) {
    int n = sound.samples().length;
    int used = Math.min(columns, n);
    float peak = sound.peak();
    StringBuilder there = new StringBuilder();
    StringBuilder back = new StringBuilder();
    for (int column = 0; column < used; column++) {
      int from = (int) ((long) n * column / used);
      int to = (int) ((long) n * (column + 1) / used);
      float least = 1;
      float most = -1;
      for (int i = from; i < to; i++) {
        float value = sound.at(i, peak);
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      String x = px(WIDTH * (column + 0.5) / used);
      there.append(there.isEmpty() ? "M" : "L").append(x).append(' ').append(y(most));
      back.insert(0, "L" + x + " " + y(least));
    }
    return there.append(back).append('z').toString();
  }

  private static String y(float value) {
    return px(HEIGHT / 2.0 * (1 - 0.94 * value));
  }

  /// One rectangle a run of hidden frames.
  private static String veil(boolean[] mask) {
    StringBuilder veil = new StringBuilder();
    for (int from = 0; from < mask.length; from++) {
      if (mask[from]) {
        int to = from;
        while (to < mask.length && mask[to]) {
          to++;
        }
        String left = px((double) WIDTH * from / mask.length);
        veil.append(
            "M%s 0H%sV%dH%sz".formatted(left, px((double) WIDTH * to / mask.length), HEIGHT, left));
        from = to;
      }
    }
    return veil.toString();
  }
}
