package dev.d2v.model.checkpoint;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Npy;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes weights in another form. The names are the published ones, a teacher's with `_ema.` in
/// front; numbers become F32, whole numbers I32.
public final class Conversion {
  /// Key of the metadata under which the official configuration stands, as JSON.
  public static final String OFFICIAL = "data2vec2.config";

  /// Key of the metadata under which a run's configuration stands, as YAML.
  static final String YAML = "d2v.config.yaml";

  /// Key of the metadata under which another configuration stands, as JSON: that of Hugging Face.
  static final String OTHER = "d2v.config.json";

  /// Key of the metadata under which stands how samples are prepared, as JSON.
  static final String PREPROCESSOR = "d2v.preprocessor_config.json";

  private static final String FORMAT = "d2v-weights-1";

  private Conversion() {}

  /// Which of the weights.
  public enum Part {
    /// The student's.
    STUDENT,
    /// The teacher's where it has values, the student's elsewhere, under the student's names.
    TEACHER,
    /// Both.
    BOTH
  }

  /// Names to write, to names in the file.
  public static Map<String, String> names(Weights weights, Part part) {
    Map<String, String> names = new LinkedHashMap<>(weights.student());
    if (weights instanceof FairseqWeights fairseq) {
      names.putAll(fairseq.heads());
    }
    switch (part) {
      case STUDENT -> {}
      case TEACHER -> names.putAll(weights.teacher());
      case BOTH -> weights.teacher().forEach((name, own) -> names.put(Weights.TEACHER + name, own));
    }
    return names;
  }

  /// The tensors to write, under the names to write; quantised ones as what they stand for.
  public static TensorFile view(Weights weights, Part part) {
    return Names.view(weights, names(weights, part));
  }

  /// Writes one safetensors file with the configuration in its metadata. Returns the number of
  /// tensors.
  public static int safetensors(Weights weights, Part part, Path target) throws IOException {
    List<Safetensors.Item> items = new ArrayList<>();
    TensorFile tensors = view(weights, part);
    for (String name : tensors.names()) {
      items.add(item(tensors, name));
    }
    Safetensors.write(target, metadata(weights), items);
    return items.size();
  }

  /// What a file says of itself: its format, and the configuration of the weights.
  public static Map<String, String> metadata(Weights weights) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    weights.configText().ifPresent(c -> metadata.put(key(c.form()), c.text()));
    weights.preprocessor().ifPresent(text -> metadata.put(PREPROCESSOR, text));
    return metadata;
  }

  private static String key(String form) {
    return switch (form) {
      case "yaml" -> YAML;
      case "official" -> OFFICIAL;
      default -> OTHER;
    };
  }

  /// A tensor to write, F32, or I32 when it holds whole numbers.
  static Safetensors.Item item(TensorFile tensors, String name) {
    TensorFile.Entry entry = tensors.entry(name);
    return whole(entry)
        ? new Safetensors.Item(
            name,
            DType.I32,
            entry.shape(),
            sink -> {
              int[] values = tensors.ints(name);
              sink.put(values, 0, values.length);
            })
        : new Safetensors.Item(
            name,
            DType.F32,
            entry.shape(),
            sink -> {
              float[] values = tensors.floats(name);
              sink.put(values, 0, values.length);
            });
  }

  /// Writes each tensor as `NAME.npy` into a new folder. Returns the number of tensors.
  public static int npy(Weights weights, Part part, Path folder) throws IOException {
    Files.createDirectory(folder);
    TensorFile tensors = Names.view(weights, names(weights, part));
    for (String name : tensors.names()) {
      if (!name.matches("[\\w.+-]{1,200}") || name.startsWith(".")) {
        throw new IllegalArgumentException(
            "%s: tensor '%s' has a name that no file can have".formatted(weights.path(), name));
      }
      TensorFile.Entry entry = tensors.entry(name);
      Path file = folder.resolve(name + ".npy");
      Shape shape = entry.shape();
      if (whole(entry)) {
        Npy.write(file, shape, tensors.ints(name));
      } else {
        Npy.write(file, shape, tensors.floats(name));
      }
    }
    return tensors.names().size();
  }

  private static boolean whole(TensorFile.Entry entry) {
    return entry.dtype().startsWith("I")
        || entry.dtype().startsWith("U")
        || entry.dtype().equals("BOOL");
  }
}
