package dev.d2v.cli;

import dev.d2v.cli.goldens.GoldensCommand;
import dev.d2v.cli.run.Terminal;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// All commands, in the order in which `d2v` lists them.
final class CommandTree {
  private CommandTree() {}

  /// The commands over a terminal. A new one is a line here; a command with parts of its own, such
  /// as `bench step`, is a [CommandLine] with subcommands.
  static CommandLine of(Terminal terminal) {
    return of(
        terminal,
        List.of(
            new RecipesCommand(terminal),
            new DoctorCommand(terminal),
            new GoldensCommand(terminal)));
  }

  /// The root with these commands.
  static CommandLine of(Terminal terminal, List<Object> commands) {
    CommandLine root = new CommandLine(new RootCommand(terminal));
    root.getCommandSpec()
        .addOption(
            OptionSpec.builder(Shell.DEBUG)
                .arity("0")
                .type(boolean.class)
                .scopeType(CommandLine.ScopeType.INHERIT)
                .description("Show the stack trace of a failure.")
                .build());
    commands.forEach(root::addSubcommand);
    return root;
  }
}
