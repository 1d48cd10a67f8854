package dev.d2v.model.checkpoint;

import dev.d2v.tensor.io.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The values that the official code gives to fields that a configuration leaves out: a checkpoint
/// that is older than a field lacks it.
final class OfficialDefaults {
  private static final String MODEL =
      """
      {"loss_beta":0,"loss_scale":null,"depth":8,"start_drop_path_rate":0,"end_drop_path_rate":0,
       "num_heads":12,"norm_eps":1e-6,"norm_affine":true,"encoder_dropout":0.1,"post_mlp_drop":0.1,
       "attention_dropout":0.1,"activation_dropout":0.0,"dropout_input":0.0,"layerdrop":0.0,
       "embed_dim":768,"mlp_ratio":4,"layer_norm_first":false,"average_top_k_layers":8,
       "end_of_block_targets":false,"clone_batch":1,"layer_norm_target_layer":false,
       "batch_norm_target_layer":false,"instance_norm_target_layer":false,
       "instance_norm_targets":false,"layer_norm_targets":false,"ema_decay":0.999,
       "ema_end_decay":0.9999,"ema_anneal_end_step":0,"ema_encoder_only":true,
       "shared_decoder":null,"mae_init":false,"skip_ema":false,"cls_loss":0,"recon_loss":0,
       "d2v_loss":1}\
      """;
  private static final String MODALITY =
      """
      {"prenet_depth":4,"prenet_layerdrop":0,"prenet_dropout":0,"start_drop_path_rate":0,
       "end_drop_path_rate":0,"num_extra_tokens":0,"init_extra_token_zero":true,
       "mask_noise_std":0.01,"mask_prob":0.7,"inverse_mask":false,"mask_prob_adjust":0,
       "keep_masked_pct":0,"mask_length":5,"mask_dropout":0.0,"encoder_zero_mask":true,
       "ema_local_encoder":false,"local_grad_mult":1.0,"use_alibi_encoder":false,
       "alibi_scale":1.0,"learned_alibi_scale":false,"learned_alibi_scale_per_head":false,
       "learned_alibi_scale_per_layer":false,"decoder":{}}\
      """;
  private static final String IMAGE =
      """
      {"input_size":224,"in_chans":3,"patch_size":16,"alibi_distance":"manhattan",
       "fixed_positions":true}\
      """;
  private static final String AUDIO =
      """
      {"extractor_mode":"layer_norm",
       "feature_encoder_spec":"[(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512,2,2)] + [(512,2,2)]",
       "conv_pos_width":95,"conv_pos_groups":16,"conv_pos_depth":5,"conv_pos_pre_ln":false}\
      """;
  private static final String TEXT =
      """
      {"max_source_positions":512,"learned_pos":true,"dropout":0.1,"no_scale_embedding":true,
       "layernorm_embedding":true,"no_token_positional_embeddings":false}\
      """;

  private OfficialDefaults() {}

  /// Fills what a model's fields and those of its modality leave out.
  ///
  /// @param key image, audio or text
  static void fill(Map<String, Object> model, String key) {
    json(MODEL).forEach((k, v) -> putIfLeftOut(model, k, v));
    Map<String, Object> modality = new LinkedHashMap<>();
    if (model.get("modality_" + key) instanceof Map<?, ?> map) {
      map.forEach((k, v) -> modality.put(String.valueOf(k), v));
    }
    json(MODALITY).forEach((k, v) -> putIfLeftOut(modality, k, v));
    String own =
        switch (key) {
          case "image" -> IMAGE;
          case "audio" -> AUDIO;
          default -> TEXT;
        };
    json(own).forEach((k, v) -> putIfLeftOut(modality, k, v));
    model.put("modality_" + key, modality);
  }

  private static void putIfLeftOut(Map<String, Object> fields, String key, Object value) {
    // A field that is there and null says something: no scale of the loss, no shared decoder.
    if (!fields.containsKey(key) && !Json.isNull(value)) {
      fields.put(key, value);
    }
  }

  private static Map<String, Object> json(String text) {
    return Json.object(Path.of("official-defaults.json"), text.getBytes(StandardCharsets.UTF_8), 0);
  }
}
