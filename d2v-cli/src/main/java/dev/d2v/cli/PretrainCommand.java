package dev.d2v.cli;

import dev.d2v.cli.config.ConfigMapper;
import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.PretrainJob;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.Runs;
import dev.d2v.cli.run.StopSignal;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.train.Recipe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `d2v pretrain`: learns an encoder and leaves a run folder.
@Command(
    name = "pretrain",
    description =
        "Learn an encoder from images; without options, from the sample that comes with d2v.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PretrainCommand implements Callable<Integer> {
  /// How long a shutdown waits for the update and the checkpoint.
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Terminal terminal;
  private final PretrainJob job;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "An IDX file or a folder of images (a sub-folder a class, when there are labels).")
  private @Nullable Path data;

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      description = "What to train; 'd2v recipes' lists them. Default: quickstart.")
  private @Nullable String recipe;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML with the fields that differ from the recipe.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any field, for example train.batch=32. Repeatable.")
  private List<String> assignments = new ArrayList<>();

  @Option(names = "--updates", paramLabel = "N", description = "Updates of the run: train.updates.")
  private @Nullable String updates;

  @Option(names = "--seed", paramLabel = "N", description = "Of all randomness: train.seed.")
  private @Nullable String seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that compute. Default: all cores. The result does not depend on it.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that decode and augment images ahead.")
  private int workers;

  @Option(names = "--out", paramLabel = "DIR", description = "Where runs are kept. Default: runs.")
  private Path out = Path.of("runs");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The run's name. Default: recipe and time.")
  private @Nullable String name;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description = "Go on with a run: its folder, or its name within --out.")
  private @Nullable String resume;

  @Option(names = "--quiet", description = "Print the result only.")
  private boolean quiet;

  PretrainCommand(Terminal terminal, PretrainJob job) {
    this.terminal = terminal;
    this.job = job;
  }

  @Override
  public Integer call() throws Exception {
    PretrainOptions options = options();
    try (StopSignal stop = StopSignal.install(PATIENCE, terminal.err()::println)) {
      return job.run(options, terminal, stop);
    }
  }

  private PretrainOptions options() {
    if (threads < 1) {
      throw new UserError("--threads must be at least 1, got " + threads);
    }
    if (workers < 0) {
      throw new UserError("--workers must be 0 or more, got " + workers);
    }
    Optional<Path> resumed = Optional.ofNullable(resume).map(text -> Runs.find(out, text));
    Recipe resolved = resumed.isPresent() ? resumedRecipe(resumed.get()) : recipe();
    return new PretrainOptions(
        resolved,
        Optional.ofNullable(data),
        threads,
        workers,
        out,
        Optional.ofNullable(name).map(Runs::checkedName),
        resumed,
        quiet);
  }

  private Recipe recipe() {
    List<String> all = new ArrayList<>(assignments);
    if (updates != null) {
      all.add("train.updates=" + updates);
    }
    if (seed != null) {
      all.add("train.seed=" + seed);
    }
    return ConfigMapper.resolve(Optional.ofNullable(recipe), Optional.ofNullable(config), all);
  }

  /// A resumed run does what it would have done: its own configuration, unchanged.
  private Recipe resumedRecipe(Path run) {
    if (recipe != null
        || config != null
        || !assignments.isEmpty()
        || updates != null
        || seed != null
        || name != null) {
      throw new UserError(
          "--resume goes on with the run as it was configured: leave out --recipe, --config, --set,"
              + " --updates, --seed and --name, or start a new run with --config "
              + run.resolve(Runs.CONFIG));
    }
    return ConfigMapper.resolve(Optional.empty(), Optional.of(run.resolve(Runs.CONFIG)), List.of());
  }
}
