package dev.d2v.cli.error;

/// Something that the person at the keyboard can put right. Its message is one sentence: what was
/// expected, what came, where, what to do. It is shown without a stack trace and ends the program
/// with status 1.
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// With its sentence.
  public UserError(String sentence) {
    super(sentence);
  }

  /// With its sentence and what was caught, which `--debug` shows.
  public UserError(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
