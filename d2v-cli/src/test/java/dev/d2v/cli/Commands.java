package dev.d2v.cli;

import dev.d2v.cli.run.Terminal;

/// Runs command lines in tests of other packages.
public final class Commands {
  private Commands() {}

  /// The exit status of a command.
  public static int run(Terminal terminal, String... arguments) {
    return Main.run(terminal, arguments);
  }
}
