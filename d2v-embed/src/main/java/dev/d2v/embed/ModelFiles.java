package dev.d2v.embed;

import dev.d2v.config.ConfigException;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.FairseqWeights;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Quantization;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.model.v1.Head;
import dev.d2v.model.v1.HuggingFaceConfig;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.plan.PlanBackend;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What lies at a path, opened as far as its architecture: a model of either generation. Numbers
/// are read by [#load].
public sealed interface ModelFiles extends AutoCloseable {
  /// Opens a model: the folder of a run, or of one of its checkpoints, a `.pt` of fairseq, a file
  /// of `d2v convert`, a folder of Hugging Face's.
  ///
  /// @throws FormatException when the path holds no model, or a damaged one
  static ModelFiles open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (huggingFaces(path)) {
      HuggingFaceConfig config = HuggingFaceConfig.read(path.resolve(Data2Vec1.CONFIG));
      return new First(path, config, Data2Vec1.weights(path), Optional.empty());
    }
    Weights weights = Weights.open(path);
    try {
      Optional<HuggingFaceConfig> carried = carried(weights);
      if (carried.isPresent()) {
        return new First(path, carried.get(), weights.tensors(), weights.preprocessor());
      }
      return Second.of(weights);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  /// Whether a folder holds a model of Hugging Face's.
  static boolean huggingFaces(Path path) throws IOException {
    Path json = path.resolve(Data2Vec1.CONFIG);
    return Files.isRegularFile(json) && HuggingFaceConfig.knows(Json.read(json));
  }

  /// The configuration of a model of Hugging Face's, which its file carries, as `d2v convert`
  /// writes it, or has beside it.
  static Optional<HuggingFaceConfig> carried(Weights weights) {
    Path path = weights.path();
    return weights
        .configText()
        .filter(text -> text.form().equals("json"))
        .map(text -> Json.object(path, text.text().getBytes(StandardCharsets.UTF_8), 0))
        .filter(HuggingFaceConfig::knows)
        .map(json -> HuggingFaceConfig.of(path, json));
  }

  /// Where they lie.
  Path path();

  /// The head of a fine-tuned model, in a word, which an encoder does not need.
  Optional<String> head();

  /// Reads the weights.
  ///
  /// @param teacher the teacher's instead of the student's
  /// @param storage in how many bits; null: as the file has them
  /// @param inPlace uses what it can where it lies in the files' mappings; the model must be closed
  ///   before these files then
  /// @throws IllegalArgumentException when there is no teacher
  LoadedModel load(boolean teacher, @Nullable Storage storage, boolean inPlace);

  /// The same from memory of its own.
  default LoadedModel load(boolean teacher, @Nullable Storage storage) {
    return load(teacher, storage, false);
  }

  @Override
  void close();

  /// data2vec 1.0.
  ///
  /// @param path its folder, or the one file that it was converted to
  /// @param config its `config.json`
  /// @param weights owned
  /// @param carried the `preprocessor_config.json` of one file
  record First(Path path, HuggingFaceConfig config, TensorFile weights, Optional<String> carried)
      implements ModelFiles {
    /// How images and recordings are prepared; empty where nothing says it.
    ///
    /// @throws FormatException when what says it is damaged
    public Optional<Preprocessing> preprocessing() throws IOException {
      if (carried.isPresent()) {
        byte[] json = carried.get().getBytes(StandardCharsets.UTF_8);
        return Optional.of(Preprocessing.of(path, Json.object(path, json, 0)));
      }
      Path file = path.resolve(Preprocessing.FILE);
      return Files.isRegularFile(file) ? Optional.of(Preprocessing.read(file)) : Optional.empty();
    }

    /// Where the steps stand, or should.
    Path preprocessingFile() {
      return Files.isDirectory(path) && carried.isEmpty() ? path.resolve(Preprocessing.FILE) : path;
    }

    @Override
    public Optional<String> head() {
      Head head = config.config().head();
      return head == Head.NONE ? Optional.empty() : Optional.of(head.toString());
    }

    @Override
    public LoadedModel load(boolean teacher, @Nullable Storage storage, boolean inPlace) {
      if (teacher) {
        throw noTeacher(path);
      }
      Storage kept = storage == null ? Quantization.storage(weights) : storage;
      Backend backend = Backend.cpu(1);
      try {
        return new LoadedModel.First(
            backend, Data2Vec1.open(path, config, weights, backend, kept, inPlace), kept);
      } catch (RuntimeException e) {
        backend.close();
        throw e;
      }
    }

    @Override
    public void close() {
      weights.close();
    }
  }

  /// data2vec 2.0: a run, a checkpoint of the official code, or a file converted from either.
  ///
  /// @param weights owned
  /// @param config the architecture
  /// @param recipe of a run
  record Second(Weights weights, Data2Vec2Config config, Optional<Recipe> recipe)
      implements ModelFiles {
    /// Finds the architecture of weights.
    ///
    /// @throws FormatException when they do not say it
    static Second of(Weights weights) {
      Optional<Recipe> recipe =
          weights
              .configText()
              .filter(text -> text.form().equals("yaml"))
              .map(text -> recipe(weights.path(), text.text()));
      Data2Vec2Config config =
          recipe
              .map(Recipe::model)
              .or(weights::config)
              .orElseThrow(() ->
                  new FormatException(
                      weights.path(),
                      0,
                      "the folder of a run, a .pt of fairseq, a file of d2v convert, or a folder with the %s of a data2vec model of Hugging Face"
                          .formatted(Data2Vec1.CONFIG),
                      carried(weights).isPresent()
                          ? "a model of Hugging Face's in one file, which is no data2vec 2.0"
                          : "weights that do not say their architecture"));
      return new Second(weights, config, recipe);
    }

    private static Recipe recipe(Path path, String yaml) {
      try {
        return ConfigMapper.parse(yaml, path + " config.yaml");
      } catch (ConfigException e) {
        FormatException damaged =
            new FormatException(path, 0, "the configuration of a run", "" + e.getMessage());
        damaged.initCause(e);
        throw damaged;
      }
    }

    @Override
    public Path path() {
      return weights.path();
    }

    @Override
    public Optional<String> head() {
      return weights instanceof FairseqWeights official && !official.heads().isEmpty()
          ? Optional.of("of a fine-tuned model")
          : Optional.empty();
    }

    @Override
    public LoadedModel load(boolean teacher, @Nullable Storage storage, boolean inPlace) {
      if (teacher && weights.teacher().isEmpty()) {
        throw noTeacher(path());
      }
      Storage kept = storage == null ? Quantization.storage(weights.tensors()) : storage;
      Map<String, Tensor> given = compare(teacher, kept, inPlace);
      Backend backend = Backend.cpu(1);
      Data2Vec2 model = Data2Vec2.inference(config, backend, kept, given);
      LoadReport report;
      try {
        report = weights.load(model, teacher).withUnexpected(weights.others());
      } catch (RuntimeException e) {
        model.close();
        backend.close();
        throw e;
      }
      List<String> remarks = new ArrayList<>();
      report.leftAside().ifPresent(remarks::add);
      remarks.addAll(weights.remarks());
      return new LoadedModel.Second(
          backend,
          model,
          kept,
          "data2vec 2.0, %s, %s".formatted(weights.description(), teacher ? "teacher" : "student"),
          report,
          List.copyOf(remarks));
    }

    /// On shapes first: memory is taken for what the file has. Gives what is used in place.
    private Map<String, Tensor> compare(boolean teacher, Storage storage, boolean inPlace) {
      int depth = config.depth();
      int tensors = weights.tensors().names().size();
      if (depth > tensors) {
        throw new FormatException(
            path(), 0, depth + " blocks, as its configuration says", tensors + " tensors");
      }
      LoadReport report;
      Map<String, Tensor> given;
      try (Data2Vec2 plan = Data2Vec2.inference(config, new PlanBackend(), storage)) {
        report = weights.compare(plan, teacher);
        given = inPlace ? weights.inPlace(plan, teacher) : Map.of();
      } catch (IllegalArgumentException | ArithmeticException e) {
        FormatException unusable =
            new FormatException(
                path(), 0, "a configuration that can be computed", "" + e.getMessage());
        unusable.initCause(e);
        throw unusable;
      }
      if (!report.missing().isEmpty() || !report.wrongShape().isEmpty()) {
        throw new FormatException(path(), 0, "the tensors of its configuration", report.toString());
      }
      return given;
    }

    @Override
    public void close() {
      weights.close();
    }
  }

  private static IllegalArgumentException noTeacher(Path path) {
    return new IllegalArgumentException(path + " has no teacher: leave the option out");
  }
}
