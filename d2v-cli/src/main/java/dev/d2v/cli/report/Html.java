package dev.d2v.cli.report;

import java.util.Locale;

/// Text for HTML and SVG.
final class Html {
  private Html() {}

  /// Safe as text and inside double quotes.
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /// A position with one decimal.
  static String px(double position) {
    return String.format(Locale.ROOT, "%.1f", position).replaceFirst("\\.0$", "");
  }
}
