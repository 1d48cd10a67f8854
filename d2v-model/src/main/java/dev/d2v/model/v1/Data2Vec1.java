package dev.d2v.model.v1;

import dev.d2v.model.ModelMemory;
import dev.d2v.model.Observer;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.ShardedSafetensors;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.io.TorchFile;
import dev.d2v.tensor.plan.PlanBackend;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A model of data2vec 1.0 as the Hugging Face hub has them, for inference.
///
/// ```java
/// try (var model = Data2Vec1.open(folder, backend)) {
///   Features f = model.forward(input, backend, Observer.none(), pass);
///   Tensor logits = model.logits(f, backend, pass);
/// }
/// ```
///
/// It keeps nothing of a pass, so many threads may use one, each with a backend, a workspace and a
/// pass of its own. Source: Baevski et al. 2022, arXiv 2202.03555; transformers 4.27
/// `modeling_data2vec_*`.
public final class Data2Vec1 implements AutoCloseable {
  /// The file of sizes and switches.
  public static final String CONFIG = "config.json";

  private static final List<String> WEIGHTS =
      List.of("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin");

  private final Data2Vec1Config config;
  private final Encoder encoder;
  private final Heads heads;
  private final ModelMemory memory;

  private Data2Vec1(
      Data2Vec1Config config,
      boolean pooler,
      Backend backend,
      Storage storage,
      Map<String, Tensor> given) {
    ParameterScope root = ParameterScope.root();
    this.config = config;
    this.encoder =
        switch (config) {
          case VisionConfig v -> new VisionEncoder(root, v);
          case AudioConfig a -> new AudioEncoder(root, a);
          case TextConfig t -> new TextEncoder(root, t);
        };
    this.heads = new Heads(root, config, pooler);
    this.memory = ModelMemory.inference(backend, root.parameters(), storage, given);
  }

  /// A model and what its load did.
  ///
  /// @param model the caller's to close
  /// @param config its `config.json`
  /// @param report tensors by the file's names
  /// @param types in which the model keeps them, by the file's names
  public record Opened(
      Data2Vec1 model, HuggingFaceConfig config, LoadReport report, Map<String, DType> types) {}

  /// A model without values, of which a plan of memory can be made.
  public static Data2Vec1 empty(Data2Vec1Config config, Backend backend, Storage storage) {
    return new Data2Vec1(config, true, backend, storage, Map.of());
  }

  /// Reads a folder with `config.json` and weights. Tensors that the configuration does not ask for
  /// are listed in the report.
  ///
  /// @throws FormatException when a tensor that it asks for is missing or of another shape
  public static Opened open(Path folder, Backend backend) throws IOException {
    try (TensorFile weights = weights(folder)) {
      return open(folder, weights, backend, Storage.F32);
    }
  }

  /// The same with weights of another file, kept in so many bits.
  ///
  /// @param weights stay open
  public static Opened open(Path folder, TensorFile weights, Backend backend, Storage storage)
      throws IOException {
    return open(
        folder, HuggingFaceConfig.read(folder.resolve(CONFIG)), weights, backend, storage, false);
  }

  /// The same with a configuration that was read already.
  ///
  /// @param folder for messages: where the model lies, a folder or a file
  /// @param inPlace uses what it can where it lies in the file's mapping: the backend computes on
  ///   the host's memory, and the model is closed before the weights
  public static Opened open(
      Path folder,
      HuggingFaceConfig config,
      TensorFile weights,
      Backend backend,
      Storage storage,
      boolean inPlace) {
    String prefix = "data2vec_" + modality(config.config()) + ".";
    WeightLoader shapes =
        new WeightLoader(RestoredTensors.of(weights), prefix, new PlanBackend(), Set.of());
    boolean pooler = shapes.has("pooler.layernorm.weight") || shapes.has("pooler.dense.weight");
    // On shapes first: memory is taken for what the file has.
    int depth = config.config().layers().depth();
    int tensors = weights.names().size();
    if (depth > tensors) {
      throw new FormatException(
          folder, 0, depth + " layers, as " + CONFIG + " says", tensors + " tensors");
    }
    try (Data2Vec1 plan =
        new Data2Vec1(config.config(), pooler, new PlanBackend(), storage, Map.of())) {
      plan.load(folder, shapes);
    } catch (IllegalArgumentException | ArithmeticException e) {
      FormatException unusable =
          new FormatException(
              folder, 0, "sizes in " + CONFIG + " that can be computed", "" + e.getMessage());
      unusable.initCause(e);
      throw unusable;
    }
    Map<String, Tensor> given = inPlace ? shapes.inPlace() : Map.of();
    WeightLoader loader =
        new WeightLoader(RestoredTensors.of(weights), prefix, backend, given.keySet());
    Data2Vec1 model = new Data2Vec1(config.config(), pooler, backend, storage, given);
    try {
      LoadReport report = model.load(folder, loader);
      loader.finish();
      return new Opened(model, config, report, loader.types());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /// Has a file's tensors read into the parameters.
  private LoadReport load(Path folder, WeightLoader loader) {
    encoder.load(loader);
    heads.load(loader);
    LoadReport report = loader.report();
    if (!report.missing().isEmpty() || !report.wrongShape().isEmpty()) {
      throw new FormatException(
          folder, 0, "all tensors that " + CONFIG + " asks for", report.toString());
    }
    return report;
  }

  /// The weights of a folder.
  ///
  /// @throws FormatException when it has none
  public static TensorFile weights(Path folder) throws IOException {
    for (String name : WEIGHTS) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        if (name.endsWith(".bin")) {
          return TorchFile.open(file);
        }
        return name.endsWith(".json") ? ShardedSafetensors.open(file) : Safetensors.open(file);
      }
    }
    throw new FormatException(
        folder, 0, "weights, one of " + String.join(", ", WEIGHTS), "none of them");
  }

  private static String modality(Data2Vec1Config config) {
    return switch (config) {
      case VisionConfig _ -> "vision";
      case AudioConfig _, TextConfig _ -> config.key().toLowerCase(Locale.ROOT);
    };
  }

  /// What it computes.
  public Data2Vec1Config config() {
    return config;
  }

  /// Its parameters: the file's tensors as they are computed with, so queries, keys and values in
  /// one, a layer scale multiplied in, biases by distance spread.
  public List<Parameter> parameters() {
    return memory.student();
  }

  /// Bytes of its weights.
  public long bytes() {
    return memory.bytes();
  }

  /// The encoder's output. Shows `hidden_states.i`, 0 being the embeddings, and of speech
  /// `extract_features`.
  ///
  /// @param host uploads to where the pass computes
  public Features forward(Input input, Backend host, Observer observer, Pass pass) {
    if (pass.training()) {
      throw new IllegalStateException("data2vec 1.0 needs an inference pass: it is not trained");
    }
    return encoder.forward(input, host, observer, pass);
  }

  /// `pooler_output` (B,C), or null when the file has no pooler.
  public @Nullable Tensor pooled(Features features, Backend host, Pass pass) {
    return heads.pooled(features, host, pass);
  }

  /// `logits`: (B,labels) of images and whole texts and clips, (B,T,labels) of tokens and frames.
  ///
  /// @throws IllegalStateException when the model has no head
  public Tensor logits(Features features, Backend host, Pass pass) {
    Parameter words = encoder instanceof TextEncoder t ? t.words() : null;
    return heads.logits(features, words, host, pass);
  }

  @Override
  public void close() {
    memory.close();
  }
}
