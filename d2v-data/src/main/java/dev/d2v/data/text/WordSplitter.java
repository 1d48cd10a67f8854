package dev.d2v.data.text;

/// Cuts text into the pieces within which tokens are made. One pass, no backtracking; the pieces
/// are exactly those that GPT-2's pattern finds one after another,
///
/// ```
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// ```
///
/// with `\s` Unicode's White_Space. An unpaired surrogate is neither letter, number nor space.
final class WordSplitter {
  private static final int SPACE = 0;
  private static final int LETTER = 1;
  private static final int NUMBER = 2;
  private static final int OTHER = 3;

  private static final int ASCII = 128;
  private static final byte[] ASCII_KINDS = asciiKinds();

  /// Characters that a contraction needs to be told, with its apostrophe.
  private static final int CONTRACTION = 3;

  private WordSplitter() {}

  /// Where the piece that begins at `from` ends, in a text that ends at `to`; `from < to`.
  static int next(CharSequence text, int from, int to) {
    char first = text.charAt(from);
    if (first == '\'') {
      int contraction = contraction(text, from, to);
      if (contraction > 0) {
        return from + contraction;
      }
    }
    if (first == ' ' && from + 1 < to) {
      int kind = kind(text, from + 1, to);
      return kind == SPACE ? spaces(text, from, to) : run(text, from + 1, to, kind);
    }
    int kind = kind(text, from, to);
    return kind == SPACE ? spaces(text, from, to) : run(text, from, to, kind);
  }

  /// Where a text can be cut when more will follow behind `to`, so that both parts have the pieces
  /// of the whole: the last such place, `from` when there is none.
  static int certain(CharSequence text, int from, int to) {
    int certain = from;
    for (int at = from; at < to; ) {
      int end = next(text, at, to);
      // A run that reaches the end may go on, an apostrophe needs its letters, half a pair of
      // surrogates its other half.
      if (end + 1 >= to || at + CONTRACTION > to) {
        return certain;
      }
      // White space at the end of a part would be one piece, whatever it was before.
      if (!whiteSpace(text.charAt(end - 1))) {
        certain = end;
      }
      at = end;
    }
    return certain;
  }

  /// Unicode's White_Space; all of it lies in the basic plane.
  static boolean whiteSpace(int c) {
    return c <= ' '
        ? c == ' ' || (c >= '\t' && c <= '\r')
        : c == 0x85
            || c == 0xa0
            || c == 0x1680
            || (c >= 0x2000 && c <= 0x200a)
            || c == 0x2028
            || c == 0x2029
            || c == 0x202f
            || c == 0x205f
            || c == 0x3000;
  }

  /// A text without the white space around it.
  static String stripped(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && whiteSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && whiteSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static int contraction(CharSequence text, int from, int to) {
    char first = from + 1 < to ? text.charAt(from + 1) : 0;
    char second = from + 2 < to ? text.charAt(from + 2) : 0;
    return switch (first) {
      case 's', 't', 'm', 'd' -> 2;
      case 'r', 'v' -> second == 'e' ? 3 : 0;
      case 'l' -> second == 'l' ? 3 : 0;
      default -> 0;
    };
  }

  private static int run(CharSequence text, int from, int to, int kind) {
    int at = from;
    while (at < to && kind(text, at, to) == kind) {
      at += width(text, at, to);
    }
    return at;
  }

  /// White space up to the end of the text, or all but its last character, or that alone.
  private static int spaces(CharSequence text, int from, int to) {
    int at = from;
    while (at < to && whiteSpace(text.charAt(at))) {
      at++;
    }
    return at == to || at == from + 1 ? at : at - 1;
  }

  private static int width(CharSequence text, int at, int to) {
    return Character.isHighSurrogate(text.charAt(at))
            && at + 1 < to
            && Character.isLowSurrogate(text.charAt(at + 1))
        ? 2
        : 1;
  }

  private static int kind(CharSequence text, int at, int to) {
    char c = text.charAt(at);
    if (c < ASCII) {
      return ASCII_KINDS[c];
    }
    return kind(width(text, at, to) == 2 ? Character.toCodePoint(c, text.charAt(at + 1)) : c);
  }

  private static int kind(int codePoint) {
    if (whiteSpace(codePoint)) {
      return SPACE;
    }
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      default -> OTHER;
    };
  }

  private static byte[] asciiKinds() {
    byte[] kinds = new byte[ASCII];
    for (int c = 0; c < ASCII; c++) {
      kinds[c] = (byte) kind(c);
    }
    return kinds;
  }
}
