package dev.d2v.embed;

import dev.d2v.data.text.TextTokenizer;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.Conversion;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.train.SpeechData;
import dev.d2v.model.v1.HuggingFaceConfig;
import dev.d2v.model.v1.Interchange;
import dev.d2v.model.v1.TextConfig;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Models under the names of others, with all that they need beside their weights: data2vec 2.0 as
/// a folder of Hugging Face's data2vec, and the other way, where both compute the same. See
/// docs/exchanging-models.md.
public final class Exchange {
  private static final String WEIGHTS = "model.safetensors";
  private static final String TOKENIZER = "tokenizer.json";

  private Exchange() {}

  /// Whether a model has Hugging Face's names: a folder of theirs, or the one file that it was
  /// converted to.
  public static boolean huggingFaces(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return ModelFiles.huggingFaces(path);
    }
    try (Weights weights = Weights.open(path)) {
      return ModelFiles.carried(weights).isPresent();
    }
  }

  /// Writes a data2vec 2.0 model as a new folder that Hugging Face's classes open: configuration,
  /// weights, and the feature extractor of speech or the tokenizer of text.
  ///
  /// @param teacher the teacher's weights, where there are both
  /// @throws IllegalArgumentException when theirs has no such architecture, with all reasons
  public static Interchange.Written toHuggingFace(Path model, Path folder, boolean teacher)
      throws IOException {
    absent(folder);
    Interchange.Written[] written = new Interchange.Written[1];
    try (Weights weights = Weights.open(model)) {
      Data2Vec2Config config = ModelFiles.Second.of(weights).config();
      var tensors =
          Conversion.view(weights, teacher ? Conversion.Part.TEACHER : Conversion.Part.STUDENT);
      NewFolder.fill(
          folder,
          to -> {
            written[0] = Interchange.toHuggingFace(tensors, config, to);
            SpeechConfig speech = config.speech();
            if (speech != null) {
              Files.writeString(to.resolve(Preprocessing.FILE), Json.text(extractor()) + "\n");
            }
            if (config.text() != null) {
              TextTokenizer.open(Preparations.vocabulary(model)).save(to.resolve(TOKENIZER));
            }
          });
    }
    return written[0];
  }

  /// Writes a model of Hugging Face's under the names of data2vec 2.0.
  ///
  /// @param target `NAME.safetensors`, or a new folder, into which a text model's vocabulary goes
  ///   too
  /// @throws IllegalArgumentException when data2vec 2.0 has no such architecture, with all reasons
  public static Interchange.Written toPublished(Path model, Path target) throws IOException {
    absent(target);
    try (ModelFiles files = ModelFiles.open(model)) {
      if (!(files instanceof ModelFiles.First first)) {
        throw new IllegalArgumentException(model + " has the names of data2vec 2.0 already");
      }
      if (target.toString().endsWith(".safetensors")) {
        return Interchange.toPublished(model, first.config(), first.weights(), target);
      }
      Interchange.Written[] written = new Interchange.Written[1];
      NewFolder.fill(
          target,
          to -> {
            written[0] =
                Interchange.toPublished(
                    model, first.config(), first.weights(), to.resolve(WEIGHTS));
            if (first.config().config() instanceof TextConfig) {
              Path beside = Files.isDirectory(model) ? model : model.resolveSibling("");
              NewFolder.copy(beside, to, List.of(TOKENIZER, "vocab.json", "merges.txt"));
            }
          });
      return written[0];
    }
  }

  /// What must lie beside a model in one file, which its metadata does not hold; empty when it has
  /// all that [Embedder#open] needs.
  public static Optional<String> besideOneFile(Weights weights) {
    Optional<HuggingFaceConfig> theirs = ModelFiles.carried(weights);
    boolean text =
        theirs
            .map(c -> c.config() instanceof TextConfig)
            .or(() -> weights.config().map(c -> c.text() != null))
            .orElse(false);
    if (text) {
      return Optional.of(
          "its vocabulary: %s, or the files that it was published with".formatted(TOKENIZER));
    }
    return theirs.isPresent() && weights.preprocessor().isEmpty()
        ? Optional.of(
            "the %s that was published with it, which was not there to be carried over"
                .formatted(Preprocessing.FILE))
        : Optional.empty();
  }

  private static void absent(Path target) throws IOException {
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
  }

  private static Map<String, Object> extractor() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("feature_extractor_type", "Wav2Vec2FeatureExtractor");
    json.put("do_normalize", true);
    json.put("feature_size", 1);
    json.put("padding_side", "right");
    json.put("padding_value", 0.0);
    json.put("return_attention_mask", true);
    json.put("sampling_rate", SpeechData.SAMPLE_RATE_HZ);
    return json;
  }
}
