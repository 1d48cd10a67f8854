package dev.d2v.model.v1;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.speech.ConvFeatureExtractor;
import dev.d2v.model.speech.ConvLayer;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.text.TextEmbeddings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A data2vec 2.0 model as one of Hugging Face's architectures.
///
/// @param json its `config.json`
/// @param correspondence which tensors are which
record HuggingFaceForm(Map<String, Object> json, Correspondence correspondence) {
  private static final double EPS = 1e-5;
  private static final int SMALLEST_KERNEL = 3;

  /// The form of a configuration.
  ///
  /// @throws IllegalArgumentException when there is none, with all reasons
  static HuggingFaceForm of(Data2Vec2Config config) {
    if (config.modalities().size() != 1) {
      throw refused(List.of("it reads several modalities, theirs one each"));
    }
    List<String> reasons = new ArrayList<>();
    ModalityConfig m = config.modality();
    if (config.image() != null) {
      reasons.add(
          "its blocks are post-norm with fixed positions, those of their images pre-norm with layer scales and relative position biases");
    }
    reason(
        reasons, config.norm() != NormPlacement.POST, "its blocks are pre-norm, theirs post-norm");
    reason(reasons, m.alibi() != null, "its attention has ALiBi biases, theirs has none");
    reason(reasons, m.extraTokens() > 0, "it has extra tokens, theirs has none");
    reason(reasons, !config.normAffine(), "its norms have no weights, theirs have");
    reason(
        reasons,
        config.normEps() != EPS,
        "its norms have eps %s, theirs %s throughout".formatted(config.normEps(), EPS));
    SpeechConfig speech = config.speech();
    TextConfig text = config.text();
    if (speech != null) {
      speech(reasons, speech);
    }
    if (text != null) {
      text(reasons, text);
    }
    if (!reasons.isEmpty()) {
      throw refused(reasons);
    }
    if (speech != null) {
      return new HuggingFaceForm(
          json(config, speech),
          Correspondence.speech(
              speech.spec().layers().size(),
              speech.extractorBias(),
              speech.positionDepth(),
              speech.prenet().depth(),
              config.depth()));
    }
    if (text == null) {
      throw new IllegalStateException("a modality without a configuration");
    }
    return new HuggingFaceForm(json(config, text), Correspondence.text(config.depth()));
  }

  private static void speech(List<String> reasons, SpeechConfig speech) {
    reason(reasons, speech.logMel() != null, "it reads spectrograms, theirs waveforms");
    reason(
        reasons,
        speech.extractorNorm() != ConvFeatureExtractor.Mode.LAYER_NORM,
        "its extractor has one group norm, theirs a layer norm in every layer");
    reason(
        reasons,
        speech.positions() != SpeechConfig.Positions.CONVOLUTIONS || speech.positionPreNorm(),
        "its positions are not convolutions alone");
  }

  private static void text(List<String> reasons, TextConfig text) {
    reason(
        reasons,
        text.positions() != TextEmbeddings.Positions.LEARNED,
        "its positions are no learned table");
    reason(reasons, text.scaleEmbedding(), "its embeddings are scaled by sqrt(C)");
    reason(reasons, !text.embeddingNorm(), "it has no norm behind its embeddings");
    reason(reasons, text.prenet().depth() > 0, "it has a norm and blocks before the shared ones");
  }

  private static void reason(List<String> reasons, boolean holds, String reason) {
    if (holds) {
      reasons.add(reason);
    }
  }

  private static IllegalArgumentException refused(List<String> reasons) {
    return new IllegalArgumentException(
        "this model has no form among Hugging Face's data2vec architectures: "
            + String.join("; ", reasons)
            + ". Convert it to safetensors with its own names, or export it as ONNX");
  }

  private static Map<String, Object> json(Data2Vec2Config config, SpeechConfig speech) {
    Map<String, Object> json = common(config, "audio", "Audio", speech.prenet().depth());
    List<ConvLayer> layers = speech.spec().layers();
    json.put("conv_dim", layers.stream().map(ConvLayer::channels).toList());
    json.put("conv_kernel", layers.stream().map(ConvLayer::kernel).toList());
    json.put("conv_stride", layers.stream().map(ConvLayer::stride).toList());
    json.put("num_feat_extract_layers", layers.size());
    json.put("conv_bias", speech.extractorBias());
    json.put("feat_extract_activation", "gelu");
    json.put("num_conv_pos_embeddings", speech.positionDepth());
    json.put(
        "conv_pos_kernel_size",
        Math.max(SMALLEST_KERNEL, speech.positionWidth() / speech.positionDepth()));
    json.put("num_conv_pos_embedding_groups", speech.positionGroups());
    // Without masks in training there is no vector to mask with, which this model has not.
    json.put("mask_time_prob", 0.0);
    json.put("mask_feature_prob", 0.0);
    return json;
  }

  private static Map<String, Object> json(Data2Vec2Config config, TextConfig text) {
    Map<String, Object> json = common(config, "text", "Text", 0);
    json.put("vocab_size", text.vocabulary());
    json.put("max_position_embeddings", text.embeddings().positionRows());
    json.put("type_vocab_size", 1);
    json.put("position_embedding_type", "absolute");
    json.put("pad_token_id", TextConfig.PAD);
    json.put("bos_token_id", 0);
    json.put("eos_token_id", 2);
    return json;
  }

  private static Map<String, Object> common(
      Data2Vec2Config config, String type, String name, int prenet) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("architectures", List.of("Data2Vec" + name + "Model"));
    json.put("model_type", "data2vec-" + type);
    json.put("hidden_size", config.embedDim());
    json.put("num_hidden_layers", prenet + config.depth());
    json.put("num_attention_heads", config.heads());
    json.put("intermediate_size", config.hidden());
    json.put("hidden_act", "gelu");
    json.put("layer_norm_eps", EPS);
    return json;
  }
}
