package dev.d2v.model.v1;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A Hugging Face data2vec model as data2vec 2.0.
///
/// @param official its configuration in the official fields
/// @param prefix of the task, which its tensors' names may have
/// @param correspondence which tensors are which
record PublishedForm(Map<String, Object> official, String prefix, Correspondence correspondence) {
  private static final double EPS = 1e-5;
  private static final int SMALLEST_KERNEL = 3;
  private static final int PAD = 1;

  /// The form of a configuration.
  ///
  /// @throws IllegalArgumentException when there is none, with all reasons
  static PublishedForm of(Data2Vec1Config config) {
    List<String> reasons = new ArrayList<>();
    LayerConfig layers = config.layers();
    reason(reasons, layers.act() != Nonlinearity.GELU, "hidden_act is not gelu");
    reason(
        reasons, layers.eps() != EPS, "layer_norm_eps is %s, not %s".formatted(layers.eps(), EPS));
    reason(reasons, layers.depth() < 1, "it has no layers");
    return switch (config) {
      case VisionConfig _ ->
          throw refused(
              List.of(
                  "images are pre-norm there, with layer scales and relative position biases, and post-norm with fixed positions in data2vec 2.0"));
      case AudioConfig audio -> speech(audio, reasons);
      case TextConfig text -> text(text, reasons);
    };
  }

  private static PublishedForm speech(AudioConfig audio, List<String> reasons) {
    reason(reasons, audio.convAct() != Nonlinearity.GELU, "feat_extract_activation is not gelu");
    reason(reasons, audio.convBias(), "its convolutions have biases");
    reason(
        reasons,
        audio.positionLayers() < 1 || audio.positionKernel() < SMALLEST_KERNEL,
        "its positions are not convolutions over at least three frames");
    check(reasons);
    Map<String, Object> modality = new LinkedHashMap<>();
    modality.put("extractor_mode", "layer_norm");
    modality.put("feature_encoder_spec", audio.extractor().toString());
    modality.put("conv_pos_width", audio.positionKernel() * audio.positionLayers());
    modality.put("conv_pos_groups", audio.positionGroups());
    modality.put("conv_pos_depth", audio.positionLayers());
    return new PublishedForm(
        official(audio, "AUDIO", modality),
        "data2vec_audio.",
        Correspondence.speech(
            audio.extractor().layers().size(),
            false,
            audio.positionLayers(),
            0,
            audio.layers().depth()));
  }

  private static PublishedForm text(TextConfig text, List<String> reasons) {
    reason(
        reasons,
        text.placement() != TextConfig.Placement.ABSOLUTE,
        "position_embedding_type is not absolute");
    reason(reasons, text.padding() != PAD, "pad_token_id is not 1");
    check(reasons);
    Map<String, Object> modality = new LinkedHashMap<>();
    modality.put("max_source_positions", text.maxTokens());
    modality.put("learned_pos", true);
    modality.put("no_scale_embedding", true);
    modality.put("layernorm_embedding", true);
    Map<String, Object> official = official(text, "TEXT", modality);
    official.put("vocab_size", text.vocabulary());
    return new PublishedForm(
        official, "data2vec_text.", Correspondence.text(text.layers().depth()));
  }

  private static Map<String, Object> official(
      Data2Vec1Config config, String key, Map<String, Object> modality) {
    LayerConfig layers = config.layers();
    modality.put("prenet_depth", 0);
    modality.put("decoder", Map.of("decoder_groups", 1));
    Map<String, Object> official = new LinkedHashMap<>();
    official.put("supported_modality", key);
    official.put("embed_dim", layers.C());
    official.put("depth", layers.depth());
    official.put("num_heads", layers.heads());
    official.put("mlp_ratio", ratio(layers.hidden(), layers.C()));
    official.put("norm_eps", EPS);
    official.put("average_top_k_layers", layers.depth());
    official.put("modality_" + key.toLowerCase(Locale.ROOT), modality);
    return official;
  }

  /// A number that times C is `hidden` when it is cut to a whole one.
  private static double ratio(int hidden, int C) {
    double ratio = (double) hidden / C;
    return (int) (C * ratio) == hidden ? ratio : Math.nextUp(ratio);
  }

  private static void reason(List<String> reasons, boolean holds, String reason) {
    if (holds) {
      reasons.add(reason);
    }
  }

  private static void check(List<String> reasons) {
    if (!reasons.isEmpty()) {
      throw refused(reasons);
    }
  }

  private static IllegalArgumentException refused(List<String> reasons) {
    return new IllegalArgumentException(
        "this model has no form in data2vec 2.0: "
            + String.join("; ", reasons)
            + ". Its weights can be converted under their own names");
  }
}
