package dev.d2v.model.v1;

import java.util.ArrayList;
import java.util.List;

/// Which tensors of a data2vec 2.0 model are which of a Hugging Face data2vec model of the same
/// architecture: speech and text, which are post-norm in both.
///
/// @param pairs in the order of the model
record Correspondence(List<Pair> pairs) {
  /// A tensor, and the tensors whose rows below one another are it.
  ///
  /// @param ours a published name of data2vec 2.0
  /// @param theirs names of Hugging Face, without the prefix of the task
  record Pair(String ours, List<String> theirs) {}

  private static final String AUDIO = "modality_encoders.AUDIO.";
  private static final String TEXT = "modality_encoders.TEXT.local_encoder.";

  /// Speech: convolutions, their projection, positions, layers.
  ///
  /// @param convolutions of the extractor
  /// @param bias whether they have one
  /// @param positions convolutions that make positions
  /// @param prenet layers before the shared blocks
  /// @param depth shared blocks
  static Correspondence speech(
      int convolutions, boolean bias, int positions, int prenet, int depth) {
    Builder b = new Builder();
    for (int i = 0; i < convolutions; i++) {
      String ours = AUDIO + "local_encoder.conv_layers." + i + ".";
      String theirs = "feature_extractor.conv_layers." + i + ".";
      b.one(ours + "0.weight", theirs + "conv.weight");
      if (bias) {
        b.one(ours + "0.bias", theirs + "conv.bias");
      }
      b.both(ours + "2.1", theirs + "layer_norm");
    }
    b.both(AUDIO + "project_features.1", "feature_projection.layer_norm");
    b.both(AUDIO + "project_features.2", "feature_projection.projection");
    for (int i = 0; i < positions; i++) {
      b.both(
          AUDIO + "relative_positional_encoder." + (i + 1) + ".0",
          "encoder.pos_conv_embed.layers." + i + ".conv");
    }
    b.both(AUDIO + "context_encoder.norm", "encoder.layer_norm");
    for (int i = 0; i < prenet + depth; i++) {
      String ours =
          i < prenet ? AUDIO + "context_encoder.blocks." + i + "." : "blocks." + (i - prenet) + ".";
      String theirs = "encoder.layers." + i + ".";
      b.attention(
          ours,
          theirs + "attention.q_proj",
          theirs + "attention.k_proj",
          theirs + "attention.v_proj");
      b.both(ours + "attn.proj", theirs + "attention.out_proj");
      b.both(ours + "norm1", theirs + "layer_norm");
      b.both(ours + "mlp.fc1", theirs + "feed_forward.intermediate_dense");
      b.both(ours + "mlp.fc2", theirs + "feed_forward.output_dense");
      b.both(ours + "norm2", theirs + "final_layer_norm");
    }
    return new Correspondence(b.pairs);
  }

  /// Text: tables and their norm, layers. The table of positions has the row of the first token
  /// type in it, which Hugging Face adds to every token.
  static Correspondence text(int depth) {
    Builder b = new Builder();
    b.one(TEXT + "embed_tokens.weight", "embeddings.word_embeddings.weight");
    b.one(positions(), "embeddings.position_embeddings.weight");
    b.both(TEXT + "layernorm_embedding", "embeddings.LayerNorm");
    for (int i = 0; i < depth; i++) {
      String ours = "blocks." + i + ".";
      String theirs = "encoder.layer." + i + ".";
      b.attention(
          ours,
          theirs + "attention.self.query",
          theirs + "attention.self.key",
          theirs + "attention.self.value");
      b.both(ours + "attn.proj", theirs + "attention.output.dense");
      b.both(ours + "norm1", theirs + "attention.output.LayerNorm");
      b.both(ours + "mlp.fc1", theirs + "intermediate.dense");
      b.both(ours + "mlp.fc2", theirs + "output.dense");
      b.both(ours + "norm2", theirs + "output.LayerNorm");
    }
    return new Correspondence(b.pairs);
  }

  /// The table of positions.
  static String positions() {
    return TEXT + "embed_positions.weight";
  }

  private static final class Builder {
    private final List<Pair> pairs = new ArrayList<>();

    void one(String ours, String theirs) {
      pairs.add(new Pair(ours, List.of(theirs)));
    }

    void both(String ours, String theirs) {
      one(ours + ".weight", theirs + ".weight");
      one(ours + ".bias", theirs + ".bias");
    }

    void attention(String block, String q, String k, String v) {
      for (String part : List.of(".weight", ".bias")) {
        pairs.add(new Pair(block + "attn.qkv" + part, List.of(q + part, k + part, v + part)));
      }
    }
  }
}
