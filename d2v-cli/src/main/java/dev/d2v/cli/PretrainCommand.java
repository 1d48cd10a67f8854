package dev.d2v.cli;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.job.Vocabulary;
import dev.d2v.cli.run.DataPaths;
import dev.d2v.cli.run.Modality;
import dev.d2v.cli.run.PretrainJob;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.Runs;
import dev.d2v.cli.run.StopSignal;
import dev.d2v.cli.run.Terminal;
import dev.d2v.cli.run.Threads;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.Recipes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `d2v pretrain`: learns an encoder and leaves a run folder.
@Command(
    name = "pretrain",
    description =
        "Learn an encoder from images, speech or text; without options, from the images that come"
            + " with d2v.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PretrainCommand implements Callable<Integer> {
  /// How long a shutdown waits for the update and the checkpoint.
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Terminal terminal;
  private final PretrainJob job;

  @Option(
      names = "--modality",
      paramLabel = "NAME",
      description = "image, speech or text: takes the recipe for newcomers to it. Default: image.")
  private @Nullable String modality;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Images: an IDX file or a folder. Speech: a folder or a manifest. Text: a file or folder of"
              + " .txt or .jsonl. A sub-folder a class, when there are labels. With several"
              + " modalities speech=PATH, repeated.")
  private List<String> data = new ArrayList<>();

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = "The vocabulary of text. Default: the sample's.")
  private @Nullable Path tokenizer;

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
      description = "Threads that decode and augment samples ahead.")
  private int workers;

  @Option(
      names = "--init-from",
      paramLabel = "RUN",
      description = "Start with the weights of another run, or of a checkpoint, where they fit.")
  private @Nullable String initFrom;

  @Option(
      names = "--blocks-only",
      description = "With --init-from: only the shared blocks, whatever the modality.")
  private boolean blocksOnly;

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
    Threads.checked(threads);
    if (workers < 0) {
      throw new UserError("--workers must be 0 or more, got " + workers);
    }
    if (blocksOnly && initFrom == null) {
      throw new UserError("--blocks-only goes with --init-from RUN");
    }
    Optional<Path> resumed = Optional.ofNullable(resume).map(text -> Runs.find(out, text));
    Recipe resolved = resumed.isPresent() ? resumedRecipe(resumed.get()) : recipe();
    return new PretrainOptions(
        resolved,
        DataPaths.of(data, resolved),
        Optional.ofNullable(tokenizer),
        Optional.ofNullable(initFrom)
            .map(from -> new PretrainOptions.Transfer(weights(from), blocksOnly)),
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
    Optional<Path> file = Optional.ofNullable(config);
    Optional<Modality> asked =
        Optional.ofNullable(modality).map(word -> Modality.require("--modality", word));
    Recipe base =
        ConfigMapper.base(
            Optional.ofNullable(recipe),
            file,
            Recipes.quickstart(asked.orElse(Modality.IMAGE).key()));
    if (base.model().text() != null) {
      int size = Vocabulary.open(Optional.ofNullable(tokenizer)).size();
      base = ConfigMapper.with(base, List.of("model.text.vocabulary=" + size));
    }
    Recipe resolved = ConfigMapper.over(base, file, all);
    if (asked.isPresent() && !Modality.of(resolved).equals(List.of(asked.get()))) {
      throw new UserError(
          "--modality %s, but recipe %s is for %s: leave one of the two out"
              .formatted(
                  asked.get().word(),
                  resolved.name(),
                  Modality.of(resolved).stream()
                      .map(Modality::word)
                      .collect(Collectors.joining(", "))));
    }
    return resolved;
  }

  /// A checkpoint's folder, or a run's.
  private Path weights(String from) {
    Path direct = Path.of(from);
    return Files.exists(direct.resolve(Checkpoint.STATE)) ? direct : Runs.find(out, from);
  }

  /// A resumed run does what it would have done: its own configuration, unchanged.
  private Recipe resumedRecipe(Path run) {
    if (recipe != null
        || modality != null
        || tokenizer != null
        || initFrom != null
        || config != null
        || !assignments.isEmpty()
        || updates != null
        || seed != null
        || name != null) {
      throw new UserError(
          "--resume goes on with the run as it was configured: leave out --recipe, --modality, --config,"
              + " --set, --updates, --seed, --tokenizer, --init-from and --name, or start a new run with --config "
              + run.resolve(Runs.CONFIG));
    }
    return ConfigMapper.resolve(Optional.empty(), Optional.of(run.resolve(Runs.CONFIG)), List.of());
  }
}
