package dev.d2v.cli;

import dev.d2v.cli.error.Failures;
import dev.d2v.cli.error.OutputLost;
import dev.d2v.cli.run.Terminal;
import dev.d2v.config.Nearest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs a command line; the one place where failures are told. Complaints are one sentence behind
/// `d2v: ` on the error stream; the stack trace is for `--debug`.
final class Shell {
  /// Shows stack traces.
  static final String DEBUG = "--debug";

  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  /// What a shell gives a program that ended because nobody reads what it writes, 128 + SIGPIPE.
  private static final int UNWANTED = 141;

  private final CommandLine root;
  private final Terminal terminal;

  Shell(CommandLine root, Terminal terminal) {
    this.root = root;
    this.terminal = terminal;
    root.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()));
    root.setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()));
    root.setUsageHelpAutoWidth(false);
    root.setUsageHelpWidth(Math.clamp(terminal.columns(), 60, 100));
    root.setCaseInsensitiveEnumValuesAllowed(true);
    // a name a line, blanks and quotes and all
    root.setUseSimplifiedAtFiles(true);
    root.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    root.setParameterExceptionHandler((e, arguments) -> misused(e));
    root.setExecutionExceptionHandler((e, line, parsed) -> failed(e, debug(parsed.originalArgs())));
  }

  /// The exit status: 0, 1 when the command failed or what it printed did not arrive, 2 when it was
  /// not understood, 141 when its reader has gone.
  int run(String... arguments) {
    try {
      int status = root.execute(arguments);
      Optional<IOException> loss = status == 0 ? terminal.loss() : Optional.empty();
      return loss.isEmpty()
          ? status
          : failed(new OutputLost(loss.get()), debug(Arrays.asList(arguments)));
    } catch (StackOverflowError | OutOfMemoryError e) {
      return failed(e, debug(Arrays.asList(arguments)));
    }
  }

  private static boolean debug(List<String> arguments) {
    return arguments.contains(DEBUG);
  }

  private int failed(Throwable failure, boolean debug) {
    if (failure instanceof OutputLost lost && lost.unwanted()) {
      return UNWANTED;
    }
    terminal.out().flush();
    terminal.err().println("d2v: " + Failures.sentence(failure));
    if (debug) {
      failure.printStackTrace(terminal.err());
    }
    return FAILED;
  }

  private int misused(CommandLine.ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    terminal.err().println("d2v: " + sentence(failure, command));
    terminal.err().println("     '" + name + " --help' shows what there is");
    return MISUSED;
  }

  private static String sentence(CommandLine.ParameterException failure, CommandLine command) {
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String wanted = unmatched.getUnmatched().getFirst();
      boolean option = wanted.startsWith("-");
      List<String> known =
          option ? options(command) : List.copyOf(command.getSubcommands().keySet());
      String bare = wanted.contains("=") ? wanted.substring(0, wanted.indexOf('=')) : wanted;
      String kind = option ? "option" : known.isEmpty() ? "argument" : "command";
      return "there is no %s '%s'%s".formatted(kind, bare, Nearest.hint(Nearest.to(bare, known)));
    }
    String message = String.valueOf(failure.getMessage());
    return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
  }

  private static List<String> options(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !option.hidden())
        .flatMap(option -> Stream.of(option.names()))
        .toList();
  }
}
