package dev.d2v.data;

/// Data that cannot be used: missing, empty, damaged, or unfit for what was asked. The message is a
/// whole sentence for the person at the command line: what was expected, what was found, where, and
/// what to do.
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// With a sentence.
  public DataException(String message) {
    super(message);
  }

  /// With a sentence and what went wrong beneath.
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
