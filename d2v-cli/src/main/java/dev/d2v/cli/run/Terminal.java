package dev.d2v.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;

/// Where a command writes.
///
/// @param out results and progress
/// @param err complaints
/// @param interactive whether `out` is a terminal, on which a line can be drawn again
/// @param columns its width in characters
public record Terminal(PrintStream out, PrintStream err, boolean interactive, int columns) {
  private static final int COLUMNS = 80;

  /// The process's own. The launcher says with `-Dd2v.terminal=true` that standard output is a
  /// terminal, and with `-Dd2v.columns` how wide it is; without the launcher lines are plain.
  public static Terminal system() {
    boolean interactive = Boolean.getBoolean("d2v.terminal");
    int columns = Integer.getInteger("d2v.columns", COLUMNS);
    PrintStream out = Output.of(new FileOutputStream(FileDescriptor.out), System.out.charset());
    return new Terminal(out, System.err, interactive, columns > 20 ? columns : COLUMNS);
  }

  /// One that shows nothing.
  public static Terminal silent() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
    return plain(nowhere, nowhere);
  }

  /// One that is not interactive: what a pipe gets.
  public static Terminal plain(PrintStream out, PrintStream err) {
    return new Terminal(out, err, false, COLUMNS);
  }

  /// Why something that was written to `out` did not arrive; empty while all of it did.
  public Optional<IOException> loss() {
    if (!out.checkError()) {
      return Optional.empty();
    }
    return Optional.of(
        out instanceof Output told ? told.failure() : new IOException("for a reason unknown"));
  }
}
