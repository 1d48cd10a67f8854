package dev.d2v.benchmarks.compare;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `d2v bench kernels`, `d2v bench inference` and `d2v bench step --peers`.
@Command(
    name = "d2v bench",
    description = "Measure d2v side by side with other libraries.",
    mixinStandardHelpOptions = true,
    subcommands = {KernelsCommand.class, InferenceCommand.class, StepCommand.class})
public final class Main implements Callable<Integer> {
  private Main() {}

  /// Runs a command line and ends with its status: 0 all went well, 1 a failure, 2 a wrong option.
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((failure, at, parsed) -> {
      at.getErr().println("d2v: " + failure.getMessage());
      return failure instanceof IllegalArgumentException ? 2 : 1;
    });
    System.exit(line.execute(args));
  }

  @Override
  public Integer call() {
    throw new IllegalArgumentException("what shall be measured? Try 'd2v bench kernels --help'");
  }
}
