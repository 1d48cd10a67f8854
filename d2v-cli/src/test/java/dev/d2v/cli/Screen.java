package dev.d2v.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.d2v.cli.run.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/// A terminal whose text a test can read.
public final class Screen {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /// What a pipe gets.
  public Terminal piped() {
    return Terminal.plain(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
  }

  /// A terminal of so many columns.
  public Terminal interactive(int columns) {
    return new Terminal(
        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), true, columns);
  }

  /// Standard output so far.
  public String out() {
    return out.toString(UTF_8);
  }

  /// Standard error so far.
  public String err() {
    return err.toString(UTF_8);
  }
}
