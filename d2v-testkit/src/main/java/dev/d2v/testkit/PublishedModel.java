package dev.d2v.testkit;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Small data2vec 1.0 models with random weights, in folders like published ones.
public final class PublishedModel {
  private static final int C = 12;
  private static final int F = 20;

  private final Random random = new Random(7);
  private final List<Safetensors.Item> items = new ArrayList<>();

  private PublishedModel() {}

  /// Images of 16 x 16 in patches of 8, two layers of width 12.
  public static Path vision(Path folder) throws IOException {
    PublishedModel m = new PublishedModel();
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

  /// Clips at 16 kHz, a frame every 10 samples, two layers of width 12.
  public static Path audio(Path folder) throws IOException {
    PublishedModel m = new PublishedModel();
    m.add("feature_extractor.conv_layers.0.conv.weight", 8, 1, 10);
    m.norm("feature_extractor.conv_layers.0.layer_norm", 8);
    m.add("feature_extractor.conv_layers.1.conv.weight", 8, 8, 2);
    m.norm("feature_extractor.conv_layers.1.layer_norm", 8);
    m.norm("feature_projection.layer_norm", 8);
    m.linear("feature_projection.projection", C, 8);
    m.linear("encoder.pos_conv_embed.layers.0.conv", C, 3, 3);
    m.norm("encoder.layer_norm", C);
    for (int i = 0; i < 2; i++) {
      String at = "encoder.layers." + i + ".";
      for (String part : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        m.linear(at + "attention." + part, C, C);
      }
      m.norm(at + "layer_norm", C);
      m.linear(at + "feed_forward.intermediate_dense", F, C);
      m.linear(at + "feed_forward.output_dense", C, F);
      m.norm(at + "final_layer_norm", C);
    }
    m.write(
        folder,
        """
        {"model_type": "data2vec-audio", "architectures": ["Data2VecAudioModel"], "hidden_size": 12,
         "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20, "conv_dim": [8, 8],
         "conv_kernel": [10, 2], "conv_stride": [5, 2], "num_conv_pos_embeddings": 1,
         "conv_pos_kernel_size": 3, "num_conv_pos_embedding_groups": 4}
        """);
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        """
        {"do_normalize": true, "feature_size": 1, "padding_side": "right", "padding_value": 0,
         "return_attention_mask": true, "sampling_rate": 16000}
        """);
    return folder;
  }

  /// Texts of up to 40 tokens, two layers of width 12. The vocabulary is the caller's to add.
  ///
  /// @param vocabulary number of tokens
  public static Path text(Path folder, int vocabulary) throws IOException {
    PublishedModel m = new PublishedModel();
    m.add("embeddings.word_embeddings.weight", vocabulary, C);
    m.add("embeddings.position_embeddings.weight", 42, C);
    m.add("embeddings.token_type_embeddings.weight", 1, C);
    m.norm("embeddings.LayerNorm", C);
    for (int i = 0; i < 2; i++) {
      String at = "encoder.layer." + i + ".";
      for (String part : List.of("query", "key", "value")) {
        m.linear(at + "attention.self." + part, C, C);
      }
      m.linear(at + "attention.output.dense", C, C);
      m.norm(at + "attention.output.LayerNorm", C);
      m.linear(at + "intermediate.dense", F, C);
      m.linear(at + "output.dense", C, F);
      m.norm(at + "output.LayerNorm", C);
    }
    m.write(
        folder,
        """
        {"model_type": "data2vec-text", "architectures": ["Data2VecTextModel"], "hidden_size": 12,
         "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20, "vocab_size": %d,
         "max_position_embeddings": 42, "type_vocab_size": 1, "layer_norm_eps": 1e-5}
        """
            .formatted(vocabulary));
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
