package dev.d2v.cli.report;

import static dev.d2v.cli.report.Html.escape;

import java.util.List;

/// Tokens as running text: hidden ones are boxes as wide as they are, white space that a reader
/// would not see has a sign.
final class PassageText {
  /// Tokens shown of a passage; longer ones end with three dots.
  private static final int TOKENS = 160;

  private static final int QUOTED = 220;

  private PassageText() {}

  /// The passage with nothing hidden.
  static String whole(Exhibit.Passage passage) {
    return masked(passage, new boolean[passage.tokens().size()]);
  }

  /// The passage with what a mask hides as boxes, each with its text as its title.
  static String masked(Exhibit.Passage passage, boolean[] mask) {
    List<String> tokens = passage.tokens();
    StringBuilder html = new StringBuilder();
    for (int i = 0; i < Math.min(TOKENS, tokens.size()); i++) {
      String token = i == 0 ? tokens.get(i).replaceFirst("^ +", "") : tokens.get(i);
      html.append(mask[i] ? box(token) : visible(token, true));
    }
    return html.append(tokens.size() > TOKENS ? " &#8230;" : "").toString();
  }

  /// The beginning of the passage on one line.
  static String quoted(Exhibit.Passage passage) {
    String text = String.join("", passage.tokens()).strip().replaceAll("\\s+", " ");
    if (text.codePointCount(0, text.length()) > QUOTED) {
      String cut = text.substring(0, text.offsetByCodePoints(0, QUOTED));
      text = cut.replaceFirst("\\s+\\S{0,20}$", "") + " \u2026";
    }
    return visible(text, false);
  }

  /// A box; the space before a word stays outside, so that lines break where words do.
  private static String box(String token) {
    String text = token.isBlank() ? token : token.stripLeading();
    String before = token.substring(0, token.length() - text.length());
    String shown = visible(token.isBlank() ? text.replace(' ', '\u2423') : text, false);
    return "%s<span class=\"gap\" role=\"img\" aria-label=\"hidden: %s\" title=\"%s\">%s</span>"
        .formatted(visible(before, true), shown, shown, shown);
  }

  /// Escaped, with signs for what has no shape: control characters, and halves of characters.
  ///
  /// @param breaks whether lines break where the text's do
  private static String visible(String text, boolean breaks) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          if (c == '\n') {
            out.append('\u21b5').append(breaks ? "\n" : "");
          } else if (c == '\t') {
            out.append('\u21e5').append(breaks ? "\t" : "");
          } else if (c < 0x20) {
            out.appendCodePoint(0x2400 + c);
          } else if (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE) {
            out.append('\ufffd');
          } else {
            out.appendCodePoint(c);
          }
        });
    return escape(out.toString());
  }
}
