package dev.d2v.export;

import dev.d2v.config.ConfigMapper;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.FairseqWeights;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.model.v1.Data2Vec1Config;
import dev.d2v.model.v1.Head;
import dev.d2v.model.v1.HuggingFaceConfig;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A model's weights in memory with its architecture, of either generation. What an
/// [dev.d2v.embed.Embedder] opens, less the tokenizer, which no graph needs.
///
/// @param path what was opened
/// @param architecture of the model
/// @param parameters of it
/// @param backend that holds them, owned
/// @param model owned
/// @param description one line
/// @param remarks what the load listed
record OpenedWeights(
    Path path,
    Architecture architecture,
    List<Parameter> parameters,
    Backend backend,
    AutoCloseable model,
    String description,
    List<String> remarks)
    implements AutoCloseable {
  /// What is computed with the weights.
  sealed interface Architecture {
    /// data2vec 1.0.
    record First(Data2Vec1Config config) implements Architecture {}

    /// data2vec 2.0.
    ///
    /// @param recipe of a run of d2v
    record Second(Data2Vec2Config config, Optional<Recipe> recipe) implements Architecture {}
  }

  static OpenedWeights open(Path path, boolean teacher) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    Path json = path.resolve(Data2Vec1.CONFIG);
    Backend backend = Backend.cpu(1);
    try {
      if (Files.isRegularFile(json) && HuggingFaceConfig.knows(Json.read(json))) {
        return first(path, teacher, backend);
      }
      try (Weights weights = Weights.open(path)) {
        return second(weights, teacher, backend);
      }
    } catch (IOException | RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  private static OpenedWeights first(Path path, boolean teacher, Backend backend)
      throws IOException {
    if (teacher) {
      throw noTeacher(path);
    }
    Data2Vec1.Opened opened = Data2Vec1.open(path, backend);
    List<String> remarks = new ArrayList<>();
    Head head = opened.config().config().head();
    if (head != Head.NONE) {
      remarks.add("the encoder alone is exported: its head, " + head + ", is left aside");
    }
    if (!opened.report().unexpected().isEmpty()) {
      remarks.add("tensors left aside: " + String.join(", ", opened.report().unexpected()));
    }
    if (!opened.config().unknown().isEmpty()) {
      remarks.add("fields left aside: " + String.join(", ", opened.config().unknown()));
    }
    return new OpenedWeights(
        path,
        new Architecture.First(opened.config().config()),
        opened.model().parameters(),
        backend,
        opened.model(),
        "data2vec 1.0, " + opened.config().architecture(),
        remarks);
  }

  private static OpenedWeights second(Weights weights, boolean teacher, Backend backend) {
    Path path = weights.path();
    if (teacher && weights.teacher().isEmpty()) {
      throw noTeacher(path);
    }
    Optional<Recipe> recipe =
        weights
            .configText()
            .filter(text -> text.form().equals("yaml"))
            .map(text -> ConfigMapper.parse(text.text(), path + " config.yaml"));
    Data2Vec2Config config =
        recipe
            .map(Recipe::model)
            .or(weights::config)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "%s does not say its architecture: expected the folder of a run, a .pt of fairseq, a file of d2v convert, or a folder with the %s of a data2vec model of Hugging Face"
                        .formatted(path, Data2Vec1.CONFIG)));
    Data2Vec2 model = Data2Vec2.inference(config, backend);
    try {
      LoadReport report = weights.load(model, teacher);
      if (!report.missing().isEmpty() || !report.wrongShape().isEmpty()) {
        throw new FormatException(path, 0, "the tensors of its configuration", report.toString());
      }
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    List<String> remarks = new ArrayList<>(weights.remarks());
    if (weights instanceof FairseqWeights official && !official.heads().isEmpty()) {
      remarks.add("the encoder alone is exported: the head of a fine-tuned model is left aside");
    }
    return new OpenedWeights(
        path,
        new Architecture.Second(config, recipe),
        model.memory().student(),
        backend,
        model,
        "data2vec 2.0, %s, %s".formatted(weights.description(), teacher ? "teacher" : "student"),
        remarks);
  }

  private static IllegalArgumentException noTeacher(Path path) {
    return new IllegalArgumentException(path + " has no teacher: leave the option out");
  }

  @Override
  public void close() {
    switch (model) {
      case Data2Vec1 first -> first.close();
      case Data2Vec2 second -> second.close();
      default -> throw new IllegalStateException("unknown model " + model);
    }
    backend.close();
  }
}
