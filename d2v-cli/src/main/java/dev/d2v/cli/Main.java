package dev.d2v.cli;

import dev.d2v.cli.run.Terminal;

/// The `d2v` program.
public final class Main {
  private Main() {}

  /// Runs a command and ends the process: 0 when it succeeded, 1 when it failed, 2 when it was not
  /// understood.
  public static void main(String[] arguments) {
    System.exit(run(Terminal.system(), arguments));
  }

  /// The exit status of a command.
  static int run(Terminal terminal, String... arguments) {
    return new Shell(CommandTree.of(terminal, arguments), terminal).run(arguments);
  }
}
