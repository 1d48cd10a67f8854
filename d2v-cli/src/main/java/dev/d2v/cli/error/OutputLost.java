package dev.d2v.cli.error;

import java.io.IOException;
import java.util.Locale;

/// What a command has written to standard output did not arrive: its disk is full, or whoever read
/// it has gone.
public final class OutputLost extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// With why.
  public OutputLost(IOException cause) {
    super(
        "standard output could not be written, %s: send it elsewhere"
            .formatted(Failures.sentence(cause)),
        cause);
  }

  /// Whether the reader has gone, as `head` does when it has seen enough: nobody needs to be told.
  public boolean unwanted() {
    return getCause() instanceof IOException e
        && said(e).toLowerCase(Locale.ROOT).matches(".*(broken pipe|pipe is being closed).*");
  }

  private static String said(IOException e) {
    return String.valueOf(e.getMessage());
  }
}
