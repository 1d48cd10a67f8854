package dev.d2v.model.checkpoint;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.ModelMemory;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.Sha256;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Models on disk. [#open] takes one of any origin; the rest is about the state of a run after some
/// update, in a folder of its own:
///
/// ```text
/// model.safetensors      the student under its published names, the teacher as `_ema.` + name
/// optimizer.safetensors  Adam's moments as `exp_avg.` and `exp_avg_sq.` + name
/// state.json             update, seed, and the SHA-256 of both files; written last
/// ```
///
/// A folder without a valid `state.json`, or whose files do not hash to what it says, is no
/// checkpoint.
public final class Checkpoint {
  /// File of student and teacher.
  public static final String MODEL = "model.safetensors";

  /// File of the optimiser's moments.
  public static final String OPTIMIZER = "optimizer.safetensors";

  /// File that makes the folder a checkpoint.
  public static final String STATE = "state.json";

  private static final String VOCABULARY = "vocabulary";
  private static final String TEACHER = "_ema.";
  private static final String FORMAT = "d2v-checkpoint-1";

  private Checkpoint() {}

  /// Recognises and opens a model of any origin: a run or a checkpoint of d2v, a `.pt` of fairseq,
  /// safetensors, a folder. The same as [Weights#open], under the name that people look for.
  ///
  /// ```java
  /// try (Weights weights = Checkpoint.open(Path.of("base_libri.pt"))) { ... }
  /// ```
  public static Weights open(Path path) throws IOException {
    return Weights.open(path);
  }

  /// What `state.json` says.
  ///
  /// @param update number of updates done
  /// @param seed of the run
  /// @param vocabulary fingerprint of the vocabulary that the model's tokens come from; empty: it
  ///   reads no text
  public record State(long update, long seed, Optional<String> vocabulary) {
    /// Of a model that reads no text.
    public State(long update, long seed) {
      this(update, seed, Optional.empty());
    }
  }

  /// Writes a model that trains into an existing, empty folder.
  public static void write(Path folder, Data2Vec2 model, State state) throws IOException {
    Backend backend = model.backend();
    backend.synchronize();
    ModelMemory memory = model.memory();
    List<Safetensors.Item> weights = new ArrayList<>();
    List<Safetensors.Item> moments = new ArrayList<>();
    for (Parameter p : memory.student()) {
      weights.add(Safetensors.Item.of(p.name(), p.value(), backend));
      if (p.trainable()) {
        Tensor m = memory.part(memory.memory().firstMoments(), p);
        Tensor v = memory.part(memory.memory().secondMoments(), p);
        moments.add(Safetensors.Item.of("exp_avg." + p.name(), m, backend));
        moments.add(Safetensors.Item.of("exp_avg_sq." + p.name(), v, backend));
      }
    }
    for (Parameter p : memory.teacher()) {
      weights.add(Safetensors.Item.of(TEACHER + p.name(), p.value(), backend));
    }
    Map<String, String> metadata = Map.of("format", FORMAT, "update", state.update + "");
    Safetensors.write(folder.resolve(MODEL), metadata, weights);
    Safetensors.write(folder.resolve(OPTIMIZER), metadata, moments);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("update", state.update);
    json.put("seed", state.seed);
    state.vocabulary.ifPresent(v -> json.put(VOCABULARY, v));
    json.put(MODEL, Sha256.of(folder.resolve(MODEL)));
    json.put(OPTIMIZER, Sha256.of(folder.resolve(OPTIMIZER)));
    Json.write(folder.resolve(STATE), json);
  }

  /// The state of a checkpoint whose files are whole; fails with a [FormatException] that says what
  /// is not.
  public static State verify(Path folder) throws IOException {
    Path file = folder.resolve(STATE);
    Map<String, Object> json = Json.read(file);
    if (!FORMAT.equals(json.get("format"))) {
      throw new FormatException(file, 0, "format " + FORMAT, String.valueOf(json.get("format")));
    }
    for (String name : List.of(MODEL, OPTIMIZER)) {
      Path part = folder.resolve(name);
      String hash = Sha256.of(part);
      if (!hash.equals(json.get(name))) {
        throw new FormatException(part, 0, "SHA-256 " + json.get(name), hash);
      }
    }
    if (json.get("update") instanceof Long update && json.get("seed") instanceof Long seed) {
      Optional<String> vocabulary =
          json.get(VOCABULARY) instanceof String v ? Optional.of(v) : Optional.empty();
      return new State(update, seed, vocabulary);
    }
    throw new FormatException(file, 0, "numbers 'update' and 'seed'", json.toString());
  }

  /// Loads student, teacher and moments into a model that trains. Every parameter must be there,
  /// nothing else.
  public static LoadReport resume(Path folder, Data2Vec2 model) throws IOException {
    ModelMemory memory = model.memory();
    Backend backend = model.backend();
    LoadReport.Builder report = new LoadReport.Builder();
    try (Safetensors weights = Safetensors.open(folder.resolve(MODEL));
        Safetensors moments = Safetensors.open(folder.resolve(OPTIMIZER))) {
      report.expect(weights.names());
      report.expect(moments.names());
      for (Parameter p : memory.student()) {
        report.load(weights, p.name(), p.value(), backend);
        if (p.trainable()) {
          Tensor m = memory.part(memory.memory().firstMoments(), p);
          Tensor v = memory.part(memory.memory().secondMoments(), p);
          report.load(moments, "exp_avg." + p.name(), m, backend);
          report.load(moments, "exp_avg_sq." + p.name(), v, backend);
        }
      }
      for (Parameter p : memory.teacher()) {
        report.load(weights, TEACHER + p.name(), p.value(), backend);
      }
    }
    return report.build();
  }

  /// Loads the student alone, for inference.
  ///
  /// @param teacher true: the teacher's values where it has them, the student's elsewhere
  public static LoadReport load(Path folder, Data2Vec2 model, boolean teacher) throws IOException {
    LoadReport.Builder report = new LoadReport.Builder();
    try (Safetensors weights = Safetensors.open(folder.resolve(MODEL))) {
      for (Parameter p : model.memory().student()) {
        boolean shadow = teacher && weights.names().contains(TEACHER + p.name());
        report.load(weights, (shadow ? TEACHER : "") + p.name(), p.value(), model.backend());
      }
    }
    return report.build();
  }

  /// Loads what another model's student has under the same names and in the same shapes, and makes
  /// the teacher equal to it. What the file lacks keeps its values.
  ///
  /// @param blocksOnly only the shared blocks, `blocks.*` and `norm.*`, whatever the modality
  public static LoadReport transfer(Path folder, Data2Vec2 model, boolean blocksOnly)
      throws IOException {
    Predicate<String> wanted =
        name ->
            !name.startsWith(TEACHER)
                && (!blocksOnly || name.startsWith("blocks.") || name.startsWith("norm."));
    LoadReport.Builder report = new LoadReport.Builder();
    try (Safetensors weights = Safetensors.open(folder.resolve(MODEL))) {
      report.expect(weights.names().stream().filter(wanted).toList());
      for (Parameter p : model.memory().student()) {
        if (wanted.test(p.name())) {
          report.load(weights, p.name(), p.value(), model.backend());
        }
      }
    }
    model.memory().copyToTeacher();
    return report.build();
  }
}
