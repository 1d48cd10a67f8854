package dev.d2v.data;

/// One file could not be decoded; the data set decides whether it may be skipped.
final class UnreadableImage extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  UnreadableImage(String reason) {
    super(reason);
    this.reason = reason;
  }

  UnreadableImage(String reason, Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  /// A few words: what is wrong with the file.
  String reason() {
    return reason;
  }
}
