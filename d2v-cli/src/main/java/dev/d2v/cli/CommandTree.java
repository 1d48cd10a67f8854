package dev.d2v.cli;

import dev.d2v.cli.bench.BenchCommand;
import dev.d2v.cli.bench.EnduranceCommand;
import dev.d2v.cli.bench.ScalingCommand;
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
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// All commands, in the order in which `d2v` lists them.
final class CommandTree {
  private static final List<String> NAMES =
      List.of(
          "pretrain",
          "probe",
          "embed",
          "inspect",
          "convert",
          "quantize",
          "export",
          "recipes",
          "doctor",
          "goldens",
          "tokenizer",
          "bench");

  private CommandTree() {}

  /// The commands over a terminal, or the one that the first argument names: to look at all of them
  /// takes a tenth of a second. A new one is a line in [#NAMES] and one in [#command].
  static CommandLine of(Terminal terminal, String... arguments) {
    List<String> wanted =
        arguments.length > 0 && NAMES.contains(arguments[0]) ? List.of(arguments[0]) : NAMES;
    List<Object> commands = new ArrayList<>();
    for (String name : wanted) {
      commands.add(command(name, terminal));
    }
    return of(terminal, commands);
  }

  /// One with parts of its own is a [CommandLine] with subcommands.
  private static Object command(String name, Terminal terminal) {
    return switch (name) {
      case "pretrain" -> new PretrainCommand(terminal, new Pretraining());
      case "probe" -> new ProbeCommand(terminal, new Probing());
      case "embed" -> new EmbedCommand(terminal);
      case "inspect" -> new InspectCommand(terminal);
      case "convert" -> new ConvertCommand(terminal);
      case "quantize" -> new QuantizeCommand(terminal, home());
      case "export" -> new ExportCommand(terminal);
      case "recipes" -> new RecipesCommand(terminal);
      case "doctor" -> new DoctorCommand(terminal);
      case "goldens" -> new GoldensCommand(terminal);
      case "tokenizer" ->
          new CommandLine(new TokenizerCommand())
              .addSubcommand(new TokenizerCommand.Train(terminal))
              .addSubcommand(new TokenizerCommand.Encode(terminal, System.in));
      case "bench" ->
          new CommandLine(new BenchCommand())
              .addSubcommand(new BenchCommand.Step(terminal))
              .addSubcommand(new ScalingCommand(terminal))
              .addSubcommand(new EnduranceCommand(terminal));
      default -> throw new IllegalArgumentException("no command " + name);
    };
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
