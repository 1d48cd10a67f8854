package dev.d2v.cli.job;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Modality;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.Runs;
import dev.d2v.config.ConfigMapper;
import dev.d2v.data.text.TextTokenizer;
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
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A run on disk:
///
/// ```text
/// config.yaml  run.json  metrics.jsonl  events.out.tfevents.*  checkpoints/step-NNNNNN/  scores.json  report.html
/// tokenizer.json  tokens-*.bin   (with text)
/// ```
public record RunFolder(Path path) {
  private static final String RUN = "run.json";
  private static final String SCORES = "scores.json";
  private static final String DATA = "data";
  private static final String VOCABULARY = "vocabulary";
  private static final String INIT_FROM = "init_from";
  private static final String BLOCKS_ONLY = "blocks_only";

  /// Makes the folder of a new run and writes its configuration.
  ///
  /// @param tokenizer the vocabulary, which the run keeps
  static RunFolder create(PretrainOptions options, Optional<TextTokenizer> tokenizer)
      throws IOException {
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
    options.data().forEach((m, p) -> run.put(dataKey(m), p.toAbsolutePath().toString()));
    tokenizer.ifPresent(t -> run.put(VOCABULARY, t.fingerprint()));
    options
        .transfer()
        .ifPresent(t -> {
          run.put(INIT_FROM, t.from().toAbsolutePath().toString());
          run.put(BLOCKS_ONLY, t.blocksOnly());
        });
    tokenizer.ifPresent(t -> t.save(path.resolve(Vocabulary.FILE)));
    Json.write(path.resolve(RUN), run);
    Files.writeString(path.resolve(Runs.CONFIG), ConfigMapper.yaml(recipe));
    return folder;
  }

  /// Removes the folder of a run that could not begin.
  void discard() throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /// Images had no modality in their name before there were others.
  private static String dataKey(Modality modality) {
    return modality == Modality.IMAGE ? DATA : DATA + "." + modality.word();
  }

  private Map<String, Object> run() throws IOException {
    Path file = path.resolve(RUN);
    return Files.exists(file) ? Json.read(file) : Map.of();
  }

  /// Where the run's samples came from; a modality that is not there had the shipped sample.
  Map<Modality, Path> data() throws IOException {
    Map<String, Object> run = run();
    Map<Modality, Path> paths = new EnumMap<>(Modality.class);
    for (Modality modality : Modality.values()) {
      if (run.get(dataKey(modality)) instanceof String s && !s.isEmpty()) {
        paths.put(modality, Path.of(s));
      }
    }
    return paths;
  }

  /// Fingerprint of the run's vocabulary, where it has text.
  Optional<String> vocabulary() throws IOException {
    return run().get(VOCABULARY) instanceof String s ? Optional.of(s) : Optional.empty();
  }

  /// The weights that the run began with, unless they were fresh.
  Optional<PretrainOptions.Transfer> transfer() throws IOException {
    Map<String, Object> run = run();
    return run.get(INIT_FROM) instanceof String s
        ? Optional.of(
            new PretrainOptions.Transfer(Path.of(s), Boolean.TRUE.equals(run.get(BLOCKS_ONLY))))
        : Optional.empty();
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
