package dev.d2v.embed;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.Conversion;
import dev.d2v.model.checkpoint.Quantization;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.model.v1.HuggingFaceConfig;
import dev.d2v.model.v1.TextConfig;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.plan.PlanBackend;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Writes a model with its weights in fewer bits, to be opened by [Embedder] like the one that it
/// came from. What is computed with them stays F32; see docs/file-formats.md.
public final class Quantizer {
  private static final String WEIGHTS = "model.safetensors";
  private static final String SINGLE = ".safetensors";

  /// What a model of Hugging Face has beside its weights.
  private static final List<String> BESIDE =
      List.of(
          Data2Vec1.CONFIG,
          Preprocessing.FILE,
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt");

  private static final List<String> VOCABULARY =
      List.of(
          "tokenizer.json", "encoder.json", "vocab.bpe", "dict.txt", "vocab.json", "merges.txt");

  private Quantizer() {}

  /// Writes a model.
  ///
  /// @param model whatever [Embedder#open] takes
  /// @param target a new folder, or of a data2vec 2.0 model that reads no text `NAME.safetensors`
  /// @param storage in how many bits
  /// @param teacher the teacher's weights, where there are both
  /// @return the file of the weights
  /// @throws FileAlreadyExistsException when there is something at the target
  public static Path write(Path model, Path target, Storage storage, boolean teacher)
      throws IOException {
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    boolean single = target.toString().endsWith(SINGLE);
    if (ModelFiles.huggingFaces(model)) {
      if (single) {
        throw needsFolder(target, "its configuration");
      }
      NewFolder.fill(target, folder -> huggingFace(model, folder, storage));
      return target.resolve(WEIGHTS);
    }
    try (Weights weights = Weights.open(model)) {
      Optional<HuggingFaceConfig> carried = ModelFiles.carried(weights);
      if (carried.isPresent()) {
        return carried(model, weights, carried.get(), storage, target);
      }
      Data2Vec2Config config = ModelFiles.Second.of(weights).config();
      if (single && config.text() != null) {
        throw needsFolder(target, "its vocabulary");
      }
      if (single) {
        Quantization.write(weights, config, teacher, storage, target);
        return target;
      }
      NewFolder.fill(
          target,
          folder -> {
            Quantization.write(weights, config, teacher, storage, folder.resolve(WEIGHTS));
            if (config.text() != null) {
              copyVocabulary(model, folder);
            }
          });
      return target.resolve(WEIGHTS);
    }
  }

  private static void copyVocabulary(Path model, Path folder) throws IOException {
    Path vocabulary = Preparations.vocabulary(model);
    boolean file = Files.isRegularFile(vocabulary);
    NewFolder.copy(
        file ? vocabulary.resolveSibling("") : vocabulary,
        folder,
        file ? List.of("tokenizer.json") : VOCABULARY);
  }

  /// A model of Hugging Face's in one file, which says all in its metadata; so does what is
  /// written.
  private static Path carried(
      Path model, Weights weights, HuggingFaceConfig config, Storage storage, Path target)
      throws IOException {
    boolean text = config.config() instanceof TextConfig;
    Map<String, DType> types;
    Data2Vec1.Opened planned =
        Data2Vec1.open(model, config, weights.tensors(), new PlanBackend(), storage, false);
    try (Data2Vec1 _ = planned.model()) {
      types = planned.types();
    }
    Map<String, String> metadata = Conversion.metadata(weights);
    if (target.toString().endsWith(SINGLE)) {
      if (text) {
        throw needsFolder(target, "its vocabulary");
      }
      Quantization.write(weights.tensors(), types, storage, metadata, target);
      return target;
    }
    NewFolder.fill(
        target,
        folder -> {
          Path file = folder.resolve(WEIGHTS);
          Quantization.write(weights.tensors(), types, storage, metadata, file);
          if (text) {
            copyVocabulary(model, folder);
          }
        });
    return target.resolve(WEIGHTS);
  }

  private static IllegalArgumentException needsFolder(Path target, String what) {
    return new IllegalArgumentException(
        "%s is one file, and this model has %s beside its weights: name a new folder"
            .formatted(target, what));
  }

  private static void huggingFace(Path model, Path folder, Storage storage) throws IOException {
    try (TensorFile weights = Data2Vec1.weights(model)) {
      Map<String, DType> types;
      Data2Vec1.Opened planned = Data2Vec1.open(model, weights, new PlanBackend(), storage);
      try (Data2Vec1 _ = planned.model()) {
        types = planned.types();
      }
      Quantization.write(weights, types, storage, Map.of("format", "pt"), folder.resolve(WEIGHTS));
    }
    NewFolder.copy(model, folder, BESIDE);
  }
}
