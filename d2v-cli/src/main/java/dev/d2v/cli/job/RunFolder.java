package dev.d2v.cli.job;

import dev.d2v.cli.config.ConfigMapper;
import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.Runs;
import dev.d2v.model.checkpoint.CheckpointFolder;
import dev.d2v.model.train.Recipe;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A run on disk:
///
/// ```text
/// config.yaml  run.json  metrics.jsonl  events.out.tfevents.*  checkpoints/step-NNNNNN/  scores.json  report.html
/// ```
public record RunFolder(Path path) {
  private static final String RUN = "run.json";
  private static final String SCORES = "scores.json";

  /// Makes the folder of a new run and writes its configuration.
  public static RunFolder create(PretrainOptions options) throws IOException {
    Recipe recipe = options.recipe();
    String time =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    Path path = options.out().resolve(options.name().orElse(recipe.name() + "-" + time));
    if (Files.exists(path)) {
      throw new UserError(
          path
              + " exists already: go on with it with --resume "
              + path
              + ", or choose another --name");
    }
    try {
      Files.createDirectories(path);
    } catch (FileAlreadyExistsException e) {
      throw new UserError(e.getFile() + " is a file, not a folder to put runs into", e);
    }
    if (!Files.isWritable(path)) {
      throw new UserError("cannot write into " + path + ": choose a folder with --out");
    }
    RunFolder folder = new RunFolder(path);
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("data", options.data().map(p -> p.toAbsolutePath().toString()).orElse(""));
    Json.write(path.resolve(RUN), run);
    Files.writeString(path.resolve(Runs.CONFIG), ConfigMapper.yaml(recipe));
    return folder;
  }

  /// Where the run's images came from; empty: the sample.
  public Optional<Path> data() throws IOException {
    Path file = path.resolve(RUN);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(String.valueOf(Json.read(file).get("data")))
        .filter(s -> !s.isEmpty())
        .map(Path::of);
  }

  /// The recipe in `config.yaml`.
  public Recipe recipe() {
    return ConfigMapper.resolve(
        Optional.empty(), Optional.of(path.resolve(Runs.CONFIG)), java.util.List.of());
  }

  /// Its checkpoints.
  public CheckpointFolder checkpoints(int keep) {
    return new CheckpointFolder(path.resolve(Runs.CHECKPOINTS), keep);
  }

  /// Keeps named scores, so that a resumed run need not find them again.
  public void writeScores(Map<String, Scores> scores) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    scores.forEach((name, s) -> {
      json.put(name + ".linear_probe", String.valueOf(s.linearProbe()));
      json.put(name + ".nearest", String.valueOf(s.nearest()));
      json.put(name + ".spread", String.valueOf(s.spread()));
    });
    Json.write(path.resolve(SCORES), json);
  }

  /// Scores kept earlier under a name.
  public Optional<Scores> scores(String name) throws IOException {
    Path file = path.resolve(SCORES);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Map<String, Object> json = Json.read(file);
    if (!json.containsKey(name + ".linear_probe")) {
      return Optional.empty();
    }
    return Optional.of(
        new Scores(
            number(json, name + ".linear_probe"),
            number(json, name + ".nearest"),
            number(json, name + ".spread")));
  }

  private static double number(Map<String, Object> json, String key) {
    return Double.parseDouble(String.valueOf(json.get(key)));
  }

  /// The report.
  public Path report() {
    return path.resolve(Runs.REPORT);
  }

  /// The metrics.
  public Path metrics() {
    return path.resolve(Runs.METRICS);
  }
}
