package dev.d2v.data.text;

/// What one document is in a file of plain text. White space around lines does not count, and what
/// holds nothing else is no document.
public enum TextUnit {
  /// Every line.
  LINE,

  /// Lines up to the next empty one, joined by spaces: prose with hard line ends.
  PARAGRAPH
}
