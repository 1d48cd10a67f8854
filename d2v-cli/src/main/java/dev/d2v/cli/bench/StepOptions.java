package dev.d2v.cli.bench;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Threads;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.SpeechData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What `bench step` is told, with rivals and without.
public final class StepOptions {
  @Option(names = "--recipe", paramLabel = "NAME", description = "Default: fashion-mnist-small.")
  private String recipe = "fashion-mnist-small";

  @Option(names = "--threads", paramLabel = "N", description = "Default: all cores.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--updates", paramLabel = "N", description = "Timed updates. Default: 20.")
  private int updates = 20;

  @Option(names = "--batch", paramLabel = "B", description = "Instead of the recipe's.")
  private @Nullable String batch;

  @Option(names = "--masks", paramLabel = "M", description = "Instead of the recipe's.")
  private @Nullable String masks;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Of speech: the length of each recording, instead of the recipe's longest.")
  private @Nullable Double seconds;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any field of the recipe. Repeatable.")
  private List<String> assignments = new ArrayList<>();

  @Option(names = "--json", description = "End with one line of JSON.")
  private boolean json;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where step.csv and step.html go. Default: runs/step.")
  private Path out = Path.of("runs", "step");

  /// The defaults.
  public StepOptions() {}

  /// Threads of every engine.
  public int threads() {
    return threads;
  }

  /// Timed updates.
  public int updates() {
    return updates;
  }

  /// Whether a line of JSON is wanted.
  public boolean json() {
    return json;
  }

  /// Where the table and the page go.
  public Path out() {
    return out;
  }

  /// The recipe with all that was set.
  ///
  /// @throws UserError where an option is wrong
  public Recipe resolve() {
    Threads.checked(threads);
    if (updates < 1) {
      throw new UserError("--updates must be at least 1, got " + updates);
    }
    List<String> all = new ArrayList<>(assignments);
    if (batch != null) {
      all.add("train.batch=" + batch);
    }
    if (masks != null) {
      all.add("model.masksPerSample=" + masks);
    }
    Recipe resolved = ConfigMapper.resolve(Optional.of(recipe), Optional.empty(), all);
    return seconds == null ? resolved : ConfigMapper.with(resolved, lengths(resolved, seconds));
  }

  /// Settings under which every recording is that long.
  private static List<String> lengths(Recipe recipe, double seconds) {
    SpeechData speech = recipe.data().speech();
    if (speech == null) {
      throw new UserError("--seconds is for recipes of speech, " + recipe.name() + " has none");
    }
    int samples = (int) Math.min(seconds * SpeechData.SAMPLE_RATE_HZ, Integer.MAX_VALUE);
    samples -= samples % speech.quantum();
    if (samples < speech.quantum()) {
      throw new UserError("--seconds must be longer than a frame, got " + seconds);
    }
    return List.of(
        "data.speech.minSamples=" + Math.min(samples, speech.minSamples()),
        "data.speech.maxSamples=" + samples,
        "data.speech.maxBatchSamples=" + Math.max(samples, speech.maxBatchSamples()));
  }
}
