package dev.d2v.cli.bench;

import dev.d2v.cli.run.Terminal;
import dev.d2v.model.train.Recipe;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.jr.ob.JSON;

/// `d2v bench`: what can be measured.
@Command(
    name = "bench",
    description = "Measure speed on this machine.",
    footer = {
      "In a checkout of the sources, ./d2v also has, side by side with other libraries:",
      "  bench kernels [--peers]    kernels on the models' shapes",
      "  bench inference [--peers]  whole encoders of base size",
      "  bench step --peers         an update, and the same update elsewhere"
    },
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  /// The group; [Step] is what measures.
  public BenchCommand() {}

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "what shall be measured? Try 'd2v bench step'; in a checkout of the sources also './d2v bench kernels' and './d2v bench inference'");
    }
  }

  /// `d2v bench step`: the median time of an update of a recipe.
  @Command(
      name = "step",
      description = "Time of a training update, share of the FMA peak, memory, time by kernel.",
      footer = "In a checkout of the sources, ./d2v bench step --peers has libtorch beside it.",
      mixinStandardHelpOptions = true)
  public static final class Step implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final StepOptions options = new StepOptions();

    /// Writes to a terminal.
    public Step(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
      Recipe recipe = options.resolve();
      StepOutput output =
          new StepOutput(
              recipe, options, StepBench.run(recipe, options.threads(), options.updates()));
      output.print(terminal.out());
      output.write(List.of(), Map.of(), terminal.out());
      if (options.json()) {
        terminal.out().println(JSON.std.asString(output.asJson()));
      }
      return 0;
    }
  }
}
