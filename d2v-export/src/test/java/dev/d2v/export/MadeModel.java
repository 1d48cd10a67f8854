package dev.d2v.export;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Folders of small data2vec 1.0 models with random weights, as Hugging Face has them, whose
/// switches a test sets: 12 channels, 2 layers, 3 heads.
final class MadeModel {
  private static final int C = 12;
  private static final int HIDDEN = 20;

  private final Random random = new Random(17);
  private final List<Safetensors.Item> items = new ArrayList<>();
  private final Map<String, Object> config = new LinkedHashMap<>();

  private MadeModel(String kind, Map<String, ?> switches) {
    config.put("model_type", "data2vec-" + kind.toLowerCase(java.util.Locale.ROOT));
    config.put("architectures", List.of("Data2Vec" + kind + "Model"));
    config.put("hidden_size", C);
    config.put("num_hidden_layers", 2);
    config.put("num_attention_heads", 3);
    config.put("intermediate_size", HIDDEN);
    config.putAll(switches);
  }

  private boolean on(String name, boolean otherwise) {
    return config.getOrDefault(name, otherwise).equals(true);
  }

  /// Images of 16 x 24 in patches of 8.
  static Path vision(Path folder, Map<String, ?> switches) throws IOException {
    MadeModel m = new MadeModel("Vision", switches);
    m.config.put("image_size", List.of(16, 24));
    m.config.put("patch_size", 8);
    int distances = 3 * 5 + 3;
    String table = "relative_position_bias.relative_position_bias_table";
    m.add("embeddings.cls_token", 1, 1, C);
    m.linear("embeddings.patch_embeddings.projection", C, 3, 8, 8);
    if (m.on("use_absolute_position_embeddings", false)) {
      m.add("embeddings.position_embeddings", 1, 7, C);
    }
    if (m.on("use_shared_relative_position_bias", false)) {
      m.add("encoder." + table, distances, 3);
    }
    for (int i = 0; i < 2; i++) {
      String at = "encoder.layer." + i + ".";
      m.layer(
          at,
          List.of(
              "attention.attention.query", "attention.attention.value", "attention.output.dense"),
          List.of("intermediate.dense", "output.dense"),
          List.of("layernorm_before", "layernorm_after"));
      m.add(at + "attention.attention.key.weight", C, C);
      if (m.on("use_relative_position_bias", false)) {
        m.add(at + "attention.attention." + table, distances, 3);
      }
      if (!Integer.valueOf(0).equals(m.config.get("layer_scale_init_value"))) {
        m.add(at + "lambda_1", C);
        m.add(at + "lambda_2", C);
      }
    }
    if (!m.on("use_mean_pooling", true)) {
      m.norm("layernorm", C);
    }
    if (String.valueOf(m.config.get("architectures")).contains("Classification")) {
      m.linear("classifier", 2, C);
    }
    return m.write(folder);
  }

  /// Clips, two convolutions, a frame every 10 samples.
  static Path audio(Path folder, Map<String, ?> switches) throws IOException {
    MadeModel m = new MadeModel("Audio", switches);
    m.config.putAll(Map.of("conv_dim", List.of(8, 8), "conv_kernel", List.of(10, 3)));
    m.config.putAll(Map.of("conv_stride", List.of(5, 2), "num_conv_pos_embedding_groups", 4));
    m.config.putIfAbsent("num_conv_pos_embeddings", 2);
    m.config.putIfAbsent("conv_pos_kernel_size", 4);
    for (int i = 0; i < 2; i++) {
      String at = "feature_extractor.conv_layers." + i;
      m.add(at + ".conv.weight", 8, i == 0 ? 1 : 8, i == 0 ? 10 : 3);
      if (m.on("conv_bias", false)) {
        m.add(at + ".conv.bias", 8);
      }
      m.norm(at + ".layer_norm", 8);
    }
    m.norm("feature_projection.layer_norm", 8);
    m.linear("feature_projection.projection", C, 8);
    int kernel = (Integer) m.config.getOrDefault("conv_pos_kernel_size", 4);
    for (int i = 0; i < (Integer) m.config.getOrDefault("num_conv_pos_embeddings", 2); i++) {
      m.linear("encoder.pos_conv_embed.layers." + i + ".conv", C, 3, kernel);
    }
    m.norm("encoder.layer_norm", C);
    for (int i = 0; i < 2; i++) {
      m.layer(
          "encoder.layers." + i + ".",
          List.of("attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.out_proj"),
          List.of("feed_forward.intermediate_dense", "feed_forward.output_dense"),
          List.of("layer_norm", "final_layer_norm"));
    }
    return m.write(folder);
  }

  /// Texts of at most 22 tokens of 40.
  static Path text(Path folder, Map<String, ?> switches) throws IOException {
    MadeModel m = new MadeModel("Text", switches);
    m.config.putAll(Map.of("vocab_size", 40, "max_position_embeddings", 24));
    m.config.putAll(Map.of("type_vocab_size", 2, "pad_token_id", 1));
    m.add("embeddings.word_embeddings.weight", 40, C);
    m.add("embeddings.token_type_embeddings.weight", 2, C);
    m.add("embeddings.position_embeddings.weight", 24, C);
    m.norm("embeddings.LayerNorm", C);
    boolean relative =
        String.valueOf(m.config.get("position_embedding_type")).startsWith("relative");
    for (int i = 0; i < 2; i++) {
      String at = "encoder.layer." + i + ".";
      String self = "attention.self.";
      m.layer(
          at,
          List.of(self + "query", self + "key", self + "value", "attention.output.dense"),
          List.of("intermediate.dense", "output.dense"),
          List.of("attention.output.LayerNorm", "output.LayerNorm"));
      if (relative) {
        m.add(at + self + "distance_embedding.weight", 2 * 24 - 1, C / 3);
      }
    }
    return m.write(folder);
  }

  private void layer(String at, List<String> square, List<String> mlp, List<String> norms) {
    square.forEach(name -> linear(at + name, C, C));
    linear(at + mlp.get(0), HIDDEN, C);
    linear(at + mlp.get(1), C, HIDDEN);
    norms.forEach(name -> norm(at + name, C));
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
      values[i] = (float) (0.4 * random.nextGaussian());
    }
    items.add(Safetensors.Item.of(name, Shape.of(dims), values));
  }

  private Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Safetensors.write(folder.resolve("model.safetensors"), Map.of(), items);
    Files.writeString(folder.resolve("config.json"), Json.text(config));
    return folder;
  }
}
