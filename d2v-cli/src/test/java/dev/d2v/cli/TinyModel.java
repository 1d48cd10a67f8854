package dev.d2v.cli;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A small data2vec 1.0 model with random weights, in a folder like a published one.
final class TinyModel {
  private static final int C = 12;
  private static final int F = 20;

  private final Random random = new Random(7);
  private final List<Safetensors.Item> items = new ArrayList<>();

  private TinyModel() {}

  /// Images of 16 x 16 in patches of 8, two layers of width 12.
  static Path vision(Path folder) throws IOException {
    TinyModel m = new TinyModel();
    m.add("embeddings.cls_token", 1, 1, C);
    m.linear("embeddings.patch_embeddings.projection", C, 3, 8, 8);
    m.add("encoder.relative_position_bias.relative_position_bias_table", 12, 3);
    for (int i = 0; i < 2; i++) {
      String at = "encoder.layer." + i + ".";
      m.linear(at + "attention.attention.query", C, C);
      m.add(at + "attention.attention.key.weight", C, C);
      m.linear(at + "attention.attention.value", C, C);
      m.linear(at + "attention.output.dense", C, C);
      m.linear(at + "intermediate.dense", F, C);
      m.linear(at + "output.dense", C, F);
      m.norm(at + "layernorm_before", C);
      m.norm(at + "layernorm_after", C);
      m.add(at + "lambda_1", C);
      m.add(at + "lambda_2", C);
    }
    m.norm("layernorm", C);
    m.write(
        folder,
        """
        {"model_type": "data2vec-vision", "architectures": ["Data2VecVisionModel"], "hidden_size": 12,
         "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20, "image_size": 16,
         "patch_size": 8, "use_mean_pooling": false, "use_shared_relative_position_bias": true}
        """);
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        """
        {"do_resize": true, "size": 16, "resample": 3, "do_center_crop": false, "do_normalize": true,
         "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
        """);
    return folder;
  }

  private void linear(String name, int... dims) {
    add(name + ".weight", dims);
    add(name + ".bias", dims[0]);
  }

  private void norm(String name, int size) {
    add(name + ".weight", size);
    add(name + ".bias", size);
  }

  private void add(String name, int... dims) {
    float[] values = new float[Shape.of(dims).intSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.3 * random.nextGaussian());
    }
    items.add(Safetensors.Item.of(name, Shape.of(dims), values));
  }

  private void write(Path folder, String config) throws IOException {
    Files.createDirectories(folder);
    Safetensors.write(folder.resolve("model.safetensors"), Map.of(), items);
    Files.writeString(folder.resolve("config.json"), config);
  }
}
