package dev.d2v.tensor.io;

import java.nio.file.Path;

/// A file is not what its format says: cut off, lying about its sizes, or holding something that
/// was not asked for. The message names the file, the byte, what was expected and what was found.
public final class FormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int MAX_QUOTE = 300;

  private final String file;
  private final long offset;

  /// The message is made of all four.
  public FormatException(Path file, long offset, String expected, String found) {
    super(
        "%s: at byte %d: expected %s, found %s"
            .formatted(file, offset, shortened(expected), shortened(found)));
    this.file = file.toString();
    this.offset = offset;
  }

  // Both may quote a file that is nothing but one long line.
  private static String shortened(String text) {
    return text.length() <= MAX_QUOTE ? text : text.substring(0, MAX_QUOTE) + "...";
  }

  /// The file.
  public String file() {
    return file;
  }

  /// The byte in the file at which it went wrong, from 0.
  public long offset() {
    return offset;
  }
}
