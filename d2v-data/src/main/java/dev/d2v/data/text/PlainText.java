package dev.d2v.data.text;

import dev.d2v.data.DataException;
import java.nio.file.Path;

/// Documents of one file of plain text. A line of any length is read in parts, cut where two pieces
/// of the tokenizer meet, so that it encodes as if it were whole.
final class PlainText {
  private static final int PART_BYTES = 1 << 18;
  private static final int MAX_PIECE = 1 << 26;

  private final Path file;
  private final TextUnit unit;
  private final DocumentSink sink;

  /// What of the current line has not been handed over.
  private final StringBuilder rest = new StringBuilder();

  /// Below this length `rest` was found to be within one piece; it is looked at again when it has
  /// doubled, so that time stays linear.
  private int withinPiece;

  private boolean inDocument;
  private boolean inLine;

  PlainText(Path file, TextUnit unit, DocumentSink sink) {
    this.file = file;
    this.unit = unit;
    this.sink = sink;
  }

  void read() {
    try (Utf8Lines lines = Utf8Lines.inParts(file, PART_BYTES)) {
      while (lines.next()) {
        rest.append(lines.text());
        if (!inLine) {
          rest.delete(0, leadingSpace(rest));
        }
        if (lines.ends()) {
          endLine();
        } else {
          handOverCertain(lines.number());
        }
      }
    }
    endDocument();
  }

  private void handOverCertain(long line) {
    if (rest.length() < 2 * withinPiece) {
      return;
    }
    int certain = WordSplitter.certain(rest, 0, rest.length());
    withinPiece = certain > 0 ? 0 : rest.length();
    if (certain > 0) {
      handOver(rest.substring(0, certain));
      rest.delete(0, certain);
    } else if (rest.length() > MAX_PIECE) {
      throw new DataException(
          "%s: line %d: expected words, found %d characters of one kind in a row. Is this text?"
              .formatted(file, line, rest.length()));
    }
  }

  private void endLine() {
    int end = rest.length();
    while (end > 0 && WordSplitter.whiteSpace(rest.charAt(end - 1))) {
      end--;
    }
    if (end > 0) {
      handOver(rest.substring(0, end));
    }
    boolean blank = !inLine;
    rest.setLength(0);
    withinPiece = 0;
    inLine = false;
    if (unit == TextUnit.LINE || blank) {
      endDocument();
    }
  }

  private void handOver(String text) {
    boolean joins = inDocument && !inLine;
    sink.part(joins ? " " + text : text, !inDocument);
    inDocument = true;
    inLine = true;
  }

  private void endDocument() {
    if (inDocument) {
      sink.end();
      inDocument = false;
    }
  }

  private static int leadingSpace(CharSequence text) {
    int at = 0;
    while (at < text.length() && WordSplitter.whiteSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
