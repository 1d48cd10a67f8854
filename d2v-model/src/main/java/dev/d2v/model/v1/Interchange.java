package dev.d2v.model.v1;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.Conversion;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Models under the names of others: data2vec 2.0 as a Hugging Face data2vec model, and the other
/// way, where both mean the same computation. What does not is refused with every reason.
public final class Interchange {
  private static final String WEIGHTS = "model.safetensors";
  private static final String FILE_FORMAT = "d2v-weights-1";
  private static final String TYPES = "embeddings.token_type_embeddings.weight";

  private Interchange() {}

  /// What was written.
  ///
  /// @param tensors their number
  /// @param left tensors of the source that the target has no place for
  public record Written(int tensors, List<String> left) {}

  /// Writes `config.json` and `model.safetensors` of a Hugging Face model without a head.
  ///
  /// @param model names as data2vec 2.0 has them
  /// @param folder exists
  /// @throws IllegalArgumentException when Hugging Face has no such architecture
  public static Written toHuggingFace(TensorFile model, Data2Vec2Config config, Path folder)
      throws IOException {
    HuggingFaceForm form = HuggingFaceForm.of(config);
    List<Safetensors.Item> items = new ArrayList<>();
    TreeSet<String> left = new TreeSet<>(model.names());
    for (Correspondence.Pair pair : form.correspondence().pairs()) {
      left.remove(pair.ours());
      Shape shape = model.entry(pair.ours()).shape();
      int parts = pair.theirs().size();
      Shape part = shape.withFirst(shape.dim(0) / parts);
      for (int i = 0; i < parts; i++) {
        int size = part.intSize();
        int from = i * size;
        items.add(
            new Safetensors.Item(
                pair.theirs().get(i),
                DType.F32,
                part,
                sink -> sink.put(model.floats(pair.ours()), from, size)));
      }
    }
    if (config.text() != null) {
      items.add(
          Safetensors.Item.of(TYPES, Shape.of(1, config.embedDim()), new float[config.embedDim()]));
    }
    Safetensors.write(folder.resolve(WEIGHTS), Map.of("format", "pt"), items);
    Files.writeString(folder.resolve(Data2Vec1.CONFIG), Json.text(form.json()) + "\n");
    return new Written(items.size(), List.copyOf(left));
  }

  /// Writes a Hugging Face model's encoder under the names of data2vec 2.0, with the official
  /// configuration in the metadata, so that `Weights.open` knows it.
  ///
  /// @param model for messages: where it lies
  /// @param config its `config.json`
  /// @param file its weights
  /// @throws IllegalArgumentException when data2vec 2.0 has no such architecture
  public static Written toPublished(
      Path model, HuggingFaceConfig config, TensorFile file, Path target) throws IOException {
    PublishedForm form = PublishedForm.of(config.config());
    RestoredTensors weights = RestoredTensors.of(file);
    Map<String, String> names = names(weights, form.prefix());
    TreeSet<String> left = new TreeSet<>(names.keySet());
    left.remove(TYPES);
    List<Safetensors.Item> items = new ArrayList<>();
    for (Correspondence.Pair pair : form.correspondence().pairs()) {
      List<String> parts = new ArrayList<>();
      int rows = 0;
      for (String theirs : pair.theirs()) {
        String name = names.get(theirs);
        if (name == null || weights.entry(name).shape().rank() < 1) {
          throw new FormatException(model, 0, "a tensor " + theirs, "none");
        }
        left.remove(theirs);
        parts.add(name);
        rows += weights.entry(name).shape().dim(0);
      }
      Shape shape = weights.entry(parts.getFirst()).shape().withFirst(rows);
      String types = pair.ours().equals(Correspondence.positions()) ? names.get(TYPES) : null;
      items.add(
          new Safetensors.Item(
              pair.ours(),
              DType.F32,
              shape,
              sink -> {
                for (String part : parts) {
                  float[] x = weights.floats(part);
                  if (types != null) {
                    addFirstRow(x, weights.floats(types), shape.dim(-1));
                  }
                  sink.put(x, 0, x.length);
                }
              }));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FILE_FORMAT);
    metadata.put(Conversion.OFFICIAL, Json.text(form.official()));
    Safetensors.write(target, metadata, items);
    return new Written(items.size(), List.copyOf(left));
  }

  /// Names without the prefix of the task, to names in the file.
  private static Map<String, String> names(TensorFile file, String prefix) {
    Map<String, String> names = new LinkedHashMap<>();
    for (String name : file.names()) {
      names.put(name.startsWith(prefix) ? name.substring(prefix.length()) : name, name);
    }
    return names;
  }

  /// Adds a table's first row to every row.
  private static void addFirstRow(float[] x, float[] table, int C) {
    float[] row = Arrays.copyOf(table, C);
    for (int i = 0; i < x.length; i++) {
      x[i] += row[i % C];
    }
  }
}
