package dev.d2v.cli.report;

import dev.d2v.cli.report.ReportData.Masked;
import dev.d2v.cli.report.ReportData.Neighbours;
import dev.d2v.cli.report.ReportData.Sense;
import java.util.Optional;
import java.util.stream.Stream;

/// How a report speaks of samples, by what they are.
enum Words {
  /// Seen.
  IMAGES(
      "images",
      "The trained encoder should beat both the untrained one and raw pixels.",
      "Each image is shown to the student several times, each time with other patches hidden."
          + " From the few it sees, the student predicts what the teacher, who sees all, makes of"
          + " the hidden ones."),
  /// Heard.
  RECORDINGS(
      "recordings",
      "The trained encoder should beat all others.",
      "Each recording is played to the student several times, each time with other stretches"
          + " hidden, here under a veil. From what it hears, the student predicts what the teacher,"
          + " who hears all, makes of the hidden ones. The last row shows pitch over time."),
  /// Read.
  PASSAGES(
      "passages",
      "The trained encoder should beat all others.",
      "Each passage is given to the student several times, each time with other tokens hidden,"
          + " here as boxes: point at one to read it. From the others the student predicts what the"
          + " teacher, who reads all, makes of the hidden ones."),
  /// Of a kind that the report has no example of.
  SAMPLES("samples", "The trained encoder should beat all others.", "");

  private final String plural;
  private final String hope;
  private final String masking;

  Words(String plural, String hope, String masking) {
    this.plural = plural;
    this.hope = hope;
    this.masking = masking;
  }

  /// Those for a sense.
  static Words of(Sense sense) {
    Optional<Exhibit> first =
        Stream.concat(
                sense.masked().stream().map(Masked::exhibit),
                sense.neighbours().stream().map(Neighbours::query).map(ReportData.Example::exhibit))
            .findFirst();
    return first.map(Words::of).orElse(SAMPLES);
  }

  private static Words of(Exhibit exhibit) {
    return switch (exhibit) {
      case Exhibit.Image image -> IMAGES;
      case Exhibit.Sound sound -> RECORDINGS;
      case Exhibit.Passage passage -> PASSAGES;
    };
  }

  /// `images`.
  String plural() {
    return plural;
  }

  /// `Images`.
  String title() {
    return Character.toUpperCase(plural.charAt(0)) + plural.substring(1);
  }

  /// What scores should show.
  String hope() {
    return hope;
  }

  /// What masks do.
  String masking() {
    return masking;
  }
}
