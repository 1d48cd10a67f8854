package dev.d2v.cli.report;

import static dev.d2v.cli.report.Html.escape;

import dev.d2v.cli.report.ReportData.Example;
import dev.d2v.cli.report.ReportData.Masked;
import dev.d2v.cli.report.ReportData.Neighbours;
import java.util.List;
import java.util.Locale;

/// Samples as cards: to look at, to play, to read.
final class ExhibitWriter {
  private static final int COLUMNS = 300;
  private static final int SMALL_COLUMNS = 66;

  /// Sounds with masks are few and may be heard at length; neighbours are many, and share a page of
  /// a few megabytes.
  private static final double SECONDS = 4;

  private static final int RATE_HZ = 16_000;
  private static final double NEAR_SECONDS = 2;
  private static final int NEAR_RATE_HZ = 8_000;

  private final StringBuilder page;

  ExhibitWriter(StringBuilder page) {
    this.page = page;
  }

  /// A sample, and what each mask leaves of it.
  void masked(Masked masked) {
    switch (masked.exhibit()) {
      case Exhibit.Image(Picture picture) -> image(picture, masked.masks());
      case Exhibit.Sound sound -> sound(sound, masked.masks());
      case Exhibit.Passage passage -> passage(passage, masked.masks());
    }
  }

  private void image(Picture picture, List<boolean[]> masks) {
    page.append("<div class=\"card strip\">");
    figure(picture, "image", "");
    if (!masks.isEmpty()) {
      figure(MaskPictures.veiled(picture, masks.getFirst()), "hidden part", "");
    }
    for (int m = 0; m < masks.size(); m++) {
      figure(MaskPictures.visible(picture, masks.get(m)), "sees, mask " + (m + 1), "hatched");
    }
    page.append("</div>\n");
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

  private void sound(Exhibit.Sound sound, List<boolean[]> masks) {
    page.append("<div class=\"card rows\">");
    String played = played(sound, SECONDS);
    row("play", played);
    audio(sound, "recording, " + played, SECONDS, RATE_HZ, "metadata");
    page.append("</figure>");
    row("recording", masks.isEmpty() ? "" : masks.getFirst().length + " frames");
    page.append(WaveDrawing.svg(sound, COLUMNS, "waveform of " + length(sound.seconds())));
    page.append("</figure>");
    for (int m = 0; m < masks.size(); m++) {
      String name = "hears, mask " + (m + 1);
      String hidden = hidden(masks.get(m));
      row(name, hidden);
      page.append(WaveDrawing.svg(sound, COLUMNS, name + ": " + hidden, masks.get(m)));
      page.append("</figure>");
    }
    String range = "0 to %s kHz".formatted(Axis.number(Spectrogram.highestHz(sound) / 1000));
    row("log-mel", range);
    Picture picture = Spectrogram.of(sound);
    page.append(
        "<img class=\"mel\" src=\"%s\" alt=\"log-mel spectrogram, %s\" width=\"%d\" height=\"%d\">"
            .formatted(Png.dataUri(picture), range, picture.width(), picture.height()));
    page.append("</figure></div>\n");
  }

  private void passage(Exhibit.Passage passage, List<boolean[]> masks) {
    page.append("<div class=\"card rows\">");
    row("passage", "%d tokens".formatted(passage.tokens().size()));
    page.append("<p class=\"text\" dir=\"auto\">").append(PassageText.whole(passage));
    page.append("</p></figure>");
    for (int m = 0; m < masks.size(); m++) {
      row("sees, mask " + (m + 1), hidden(masks.get(m)));
      page.append("<p class=\"text\" dir=\"auto\">");
      page.append(PassageText.masked(passage, masks.get(m))).append("</p></figure>");
    }
    page.append("</div>\n");
  }

  /// Opens a row with its label.
  private void row(String label, String detail) {
    page.append("<figure><figcaption>").append(escape(label));
    page.append("<small>").append(escape(detail)).append("</small></figcaption>");
  }

  private static String hidden(boolean[] mask) {
    int hidden = 0;
    for (boolean value : mask) {
      hidden += value ? 1 : 0;
    }
    return "%d of %d hidden".formatted(hidden, mask.length);
  }

  private static String length(double seconds) {
    return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
  }

  private static String played(Exhibit.Sound sound, double seconds) {
    String whole = length(sound.seconds());
    return sound.seconds() > seconds ? "first %.0f s of %s".formatted(seconds, whole) : whole;
  }

  private void audio(Exhibit.Sound sound, String name, double seconds, int rateHz, String preload) {
    page.append(
        "<audio controls preload=\"%s\" aria-label=\"%s\" src=\"%s\"></audio>"
            .formatted(preload, escape(name), Wav.dataUri(sound, seconds, rateHz)));
  }

  /// A sample and its neighbours.
  void neighbours(Neighbours row) {
    String kind =
        switch (row.query().exhibit()) {
          case Exhibit.Image image -> "row";
          case Exhibit.Sound sound -> "row sounds";
          case Exhibit.Passage passage -> "row quotes";
        };
    page.append("<div class=\"card ").append(kind).append("\">");
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

  private void example(Example example, String style, String mark) {
    page.append("<figure class=\"").append(style).append("\">");
    switch (example.exhibit()) {
      case Exhibit.Image(Picture picture) -> picture(picture, example.className());
      case Exhibit.Sound sound -> {
        String name =
            (example.className() + ", " + played(sound, NEAR_SECONDS)).replaceFirst("^, ", "");
        page.append(WaveDrawing.svg(sound, SMALL_COLUMNS, "waveform: " + name));
        audio(sound, name, NEAR_SECONDS, NEAR_RATE_HZ, "none");
      }
      case Exhibit.Passage passage ->
          page.append("<blockquote dir=\"auto\">&#8220;")
              .append(PassageText.quoted(passage))
              .append("&#8221;</blockquote>");
    }
    page.append("<figcaption>").append(mark).append(escape(example.className()));
    if (example.exhibit() instanceof Exhibit.Sound sound) {
      page.append("<small>").append(played(sound, NEAR_SECONDS)).append("</small>");
    }
    page.append("</figcaption></figure>");
  }
}
