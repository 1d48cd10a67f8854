package dev.d2v.cli;

import dev.d2v.cli.bench.BenchCommand;
import dev.d2v.cli.embed.EmbedCommand;
import dev.d2v.cli.export.ExportCommand;
import dev.d2v.cli.goldens.GoldensCommand;
import dev.d2v.cli.job.Pretraining;
import dev.d2v.cli.job.Probing;
import dev.d2v.cli.run.Terminal;
import dev.d2v.cli.text.TokenizerCommand;
import dev.d2v.cli.weights.ConvertCommand;
import dev.d2v.cli.weights.InspectCommand;
import dev.d2v.cli.weights.QuantizeCommand;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// All commands, in the order in which `d2v` lists them.
final class CommandTree {
  private CommandTree() {}

  /// The commands over a terminal. A new one is a line here; a command with parts of its own, such
  /// as `bench step`, is a [CommandLine] with subcommands.
  static CommandLine of(Terminal terminal) {
    CommandLine root =
        of(
            terminal,
            List.of(
                new PretrainCommand(terminal, new Pretraining()),
                new ProbeCommand(terminal, new Probing()),
                new EmbedCommand(terminal),
                new InspectCommand(terminal),
                new ConvertCommand(terminal),
                new QuantizeCommand(terminal, home()),
                new ExportCommand(terminal),
                new RecipesCommand(terminal),
                new DoctorCommand(terminal),
                new GoldensCommand(terminal)));
    CommandLine bench = new CommandLine(new BenchCommand());
    bench.addSubcommand(new BenchCommand.Step(terminal));
    CommandLine tokenizer = new CommandLine(new TokenizerCommand());
    tokenizer.addSubcommand(new TokenizerCommand.Train(terminal));
    tokenizer.addSubcommand(new TokenizerCommand.Encode(terminal, System.in));
    return root.addSubcommand(tokenizer).addSubcommand(bench);
  }

  /// The project's folder, which the launcher names.
  private static Path home() {
    return Path.of(System.getProperty("d2v.home", "."));
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
    for (Object command : commands) {
      root.addSubcommand(command);
    }
    root.getSubcommands()
        .values()
        .forEach(c -> c.getCommandSpec().version(root.getCommandSpec().version()));
    return root;
  }
}
