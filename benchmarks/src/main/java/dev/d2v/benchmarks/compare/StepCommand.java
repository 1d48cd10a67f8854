package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.Row;
import dev.d2v.cli.bench.StepBench;
import dev.d2v.cli.bench.StepOptions;
import dev.d2v.cli.bench.StepOutput;
import dev.d2v.model.train.Recipe;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.jr.ob.JSON;

/// `d2v bench step --peers`: d2v in this process, rivals in theirs, in turns.
@Command(
    name = "step",
    description = "Time and memory of a training update, and of the same update elsewhere.",
    mixinStandardHelpOptions = true)
final class StepCommand implements Callable<Integer> {
  @Mixin private final StepOptions options = new StepOptions();

  @Option(
      names = "--peers",
      description = "Against libtorch; the first use fetches it and others (about 360 MB).")
  private boolean peers;

  StepCommand() {}

  @Override
  public Integer call() throws IOException {
    Recipe recipe = options.resolve();
    List<Rival> wanted = peers ? wanted(recipe) : List.of();
    PrintStream out = System.out;
    Engines engines =
        new Engines(
            CommonOptions.peersFolder(),
            CommonOptions.modelsFolder(),
            options.out().toAbsolutePath().resolve("logs"),
            out::println);
    List<WorkerProcess> started = engines.rivals(wanted, options.threads());
    try {
      StepTurns turns =
          new StepTurns(started, CommonOptions.modelsFolder().resolve("step.safetensors"));
      StepBench.Result result = StepBench.run(recipe, options.threads(), options.updates(), turns);
      Map<String, Row.Outcome> outcomes = turns.outcomes();
      StepOutput output = new StepOutput(recipe, options, result);
      output.print(out);
      wanted.forEach(rival -> print(rival, outcomes, result, out));
      out.println();
      output.write(wanted.stream().map(Rival::contender).toList(), outcomes, out);
      if (options.json()) {
        out.println(JSON.std.asString(json(output, outcomes)));
      }
    } finally {
      started.forEach(WorkerProcess::close);
    }
    return 0;
  }

  /// The rivals that train: those that were built, which is said when none was.
  private static List<Rival> wanted(Recipe recipe) {
    StepFile.refusal(recipe)
        .ifPresent(only -> {
          throw new IllegalArgumentException(
              "--peers: libtorch's update is only there for "
                  + only
                  + "; without --peers d2v is alone");
        });
    CommonOptions common = new CommonOptions();
    common.peers = true;
    common.against = List.of("torch");
    return common.rivals().stream().map(Rival::training).toList();
  }

  private static void print(
      Rival rival, Map<String, Row.Outcome> outcomes, StepBench.Result own, PrintStream out) {
    out.println();
    out.println(rival.name());
    switch (outcomes.getOrDefault(rival.column(), new Row.Outcome.Absent())) {
      case Row.Outcome.Timed(double seconds, long bytes) -> {
        line(
            out,
            "median update         %.4f s, %.2f times d2v's",
            seconds,
            seconds / own.secondsPerStep());
        line(
            out,
            "memory                %.0f MiB resident at most, %.2f times d2v's",
            bytes / 0x1p20,
            (double) bytes / own.peakMemoryBytes());
      }
      case Row.Outcome.Absent() -> out.println("did not start");
      case Row.Outcome.Failed(String reason) -> out.println("failed: " + reason);
    }
  }

  private static void line(PrintStream out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  private static Map<String, Object> json(StepOutput output, Map<String, Row.Outcome> outcomes) {
    Map<String, Object> map = output.asJson();
    outcomes.forEach((column, outcome) -> {
      if (outcome instanceof Row.Outcome.Timed(double seconds, long bytes)) {
        map.put(column + "_seconds_per_step", seconds);
        map.put(column + "_ratio", seconds / output.result().secondsPerStep());
        map.put(column + "_peak_memory_bytes", bytes);
        map.put(column + "_memory_ratio", (double) bytes / output.result().peakMemoryBytes());
      }
    });
    return map;
  }
}
