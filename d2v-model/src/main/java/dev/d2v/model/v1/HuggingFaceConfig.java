package dev.d2v.model.v1;

import dev.d2v.model.speech.ConvLayer;
import dev.d2v.model.speech.ConvSpec;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A `config.json` of data2vec 1.0. A field that changes the result is honoured or refused by name;
/// absent ones take the published class's defaults; unknown ones are listed.
///
/// @param config what it says about the computation
/// @param architecture the class that wrote it: `Data2VecAudioForCTC`, ...
/// @param unknown fields that mean nothing here, sorted
public record HuggingFaceConfig(Data2Vec1Config config, String architecture, List<String> unknown) {
  /// Fields of training, generation and bookkeeping.
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          """
          _name_or_path _commit_hash transformers_version torch_dtype dtype return_dict torchscript use_bfloat16
          output_attentions output_hidden_states output_scores use_cache tokenizer_class task_specific_params
          finetuning_task problem_type prefix tf_legacy_loss tie_encoder_decoder is_encoder_decoder
          cross_attention_hidden_size chunk_size_feed_forward bos_token_id eos_token_id sep_token_id
          decoder_start_token_id num_labels id2label label2id initializer_range pad_token_id
          tie_word_embeddings gradient_checkpointing auto_map
          max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k
          top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size
          bad_words_ids num_return_sequences return_dict_in_generate forced_bos_token_id forced_eos_token_id
          remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens
          hidden_dropout_prob attention_probs_dropout_prob drop_path_rate classifier_dropout hidden_dropout
          attention_dropout activation_dropout feat_proj_dropout final_dropout layerdrop
          out_indices pool_scales use_auxiliary_head auxiliary_loss_weight auxiliary_channels auxiliary_num_convs
          auxiliary_concat_input semantic_loss_ignore_index
          mask_time_prob mask_time_length mask_time_min_masks mask_feature_prob mask_feature_length
          mask_feature_min_masks ctc_loss_reduction ctc_zero_infinity adapter_kernel_size adapter_stride
          num_adapter_layers output_hidden_size tdnn_dim tdnn_kernel tdnn_dilation xvector_output_dim
          num_feat_extract_layers apply_spec_augment
          """
              .strip()
              .replace('\n', ' ')
              .split(" ")); // one character, for which no pattern is compiled

  /// Copies the list.
  public HuggingFaceConfig {
    unknown = List.copyOf(unknown);
  }

  /// Whether `model_type` names an architecture that this package has.
  public static boolean knows(Map<String, Object> json) {
    return String.valueOf(json.get("model_type")).startsWith("data2vec-");
  }

  /// Reads a file.
  ///
  /// @throws FormatException when it is damaged, or a switch is set that is not supported
  public static HuggingFaceConfig read(Path file) throws IOException {
    return of(file, Json.read(file));
  }

  /// The same of what was read already.
  ///
  /// @param file where it stands, for messages
  public static HuggingFaceConfig of(Path file, Map<String, Object> json) {
    ConfigFields fields = new ConfigFields(json);
    String architecture = fields.first("architectures");
    String type = fields.text("model_type", "");
    try {
      Data2Vec1Config config = config(file, fields, architecture, type);
      fields.ignore(WITHOUT_EFFECT);
      return new HuggingFaceConfig(config, architecture, fields.unknown());
    } catch (IllegalArgumentException | ArithmeticException e) {
      FormatException unusable =
          new FormatException(
              file, 0, "a configuration that can be computed", String.valueOf(e.getMessage()));
      unusable.initCause(e);
      throw unusable;
    }
  }

  private static Data2Vec1Config config(
      Path file, ConfigFields fields, String architecture, String type) {
    if (fields.entries("pruned_heads") > 0) {
      throw new IllegalArgumentException(
          "pruned_heads is not supported: write the model with all its heads");
    }
    return switch (type) {
      case "data2vec-vision" -> vision(fields, architecture);
      case "data2vec-audio" -> audio(fields, architecture);
      case "data2vec-text" -> text(fields, architecture);
      default ->
          throw new FormatException(
              file,
              0,
              "model_type data2vec-vision, data2vec-audio or data2vec-text",
              "'" + type + "'");
    };
  }

  private static VisionConfig vision(ConfigFields f, String architecture) {
    Head head = architecture.endsWith("ForImageClassification") ? Head.IMAGE_CLASSES : Head.NONE;
    int[] image = f.size("image_size", 224);
    int[] patch = f.size("patch_size", 16);
    if (patch[0] != patch[1]) {
      throw new IllegalArgumentException(
          "patch_size = %d x %d is not supported, only square patches"
              .formatted(patch[0], patch[1]));
    }
    decoding(f);
    return new VisionConfig(
        layers(f, 1e-12),
        f.integer("num_channels", 3),
        image[0],
        image[1],
        patch[0],
        f.flag("use_mask_token", false),
        f.flag("use_absolute_position_embeddings", false),
        f.flag("use_shared_relative_position_bias", false),
        f.flag("use_relative_position_bias", false),
        f.number("layer_scale_init_value", 0.1) > 0,
        f.flag("use_mean_pooling", true),
        head,
        head == Head.NONE ? 0 : labels(f));
  }

  private static AudioConfig audio(ConfigFields f, String architecture) {
    f.mustBeOff("add_adapter");
    decoding(f);
    Head head =
        architecture.endsWith("ForCTC")
            ? Head.CTC
            : architecture.endsWith("ForAudioFrameClassification")
                ? Head.FRAME_CLASSES
                : architecture.endsWith("ForSequenceClassification")
                    ? Head.AUDIO_CLASSES
                    : Head.NONE;
    int vocabulary = f.integer("vocab_size", 32);
    List<Integer> channels = f.integers("conv_dim", List.of(512, 512, 512, 512, 512, 512, 512));
    List<Integer> kernels = f.integers("conv_kernel", List.of(10, 3, 3, 3, 3, 2, 2));
    List<Integer> strides = f.integers("conv_stride", List.of(5, 2, 2, 2, 2, 2, 2));
    if (channels.size() != kernels.size() || channels.size() != strides.size()) {
      throw new IllegalArgumentException(
          "conv_dim, conv_kernel and conv_stride must be of one length, got %d, %d and %d"
              .formatted(channels.size(), kernels.size(), strides.size()));
    }
    List<ConvLayer> layers = new ArrayList<>();
    for (int i = 0; i < channels.size(); i++) {
      layers.add(new ConvLayer(channels.get(i), kernels.get(i), strides.get(i)));
    }
    return new AudioConfig(
        layers(f, 1e-5),
        new ConvSpec(layers),
        f.flag("conv_bias", false),
        Nonlinearity.named("feat_extract_activation", f.text("feat_extract_activation", "gelu")),
        f.integer("num_conv_pos_embeddings", 5),
        f.integer("conv_pos_kernel_size", 19),
        f.integer("num_conv_pos_embedding_groups", 16),
        head,
        head == Head.NONE ? 0 : head == Head.CTC ? vocabulary : labels(f),
        f.integer("classifier_proj_size", 256),
        f.flag("use_weighted_layer_sum", false));
  }

  private static TextConfig text(ConfigFields f, String architecture) {
    decoding(f);
    Head head =
        architecture.endsWith("ForMaskedLM")
            ? Head.MASKED_TOKENS
            : architecture.endsWith("ForSequenceClassification")
                ? Head.TEXT_CLASSES
                : architecture.endsWith("ForTokenClassification") ? Head.TOKEN_CLASSES : Head.NONE;
    int vocabulary = f.integer("vocab_size", 30_522);
    String placement = f.text("position_embedding_type", "absolute");
    return new TextConfig(
        layers(f, 1e-12),
        vocabulary,
        f.integer("max_position_embeddings", 512),
        f.integer("type_vocab_size", 2),
        f.integer("pad_token_id", 1),
        switch (placement) {
          case "absolute" -> TextConfig.Placement.ABSOLUTE;
          case "relative_key" -> TextConfig.Placement.RELATIVE_KEY;
          case "relative_key_query" -> TextConfig.Placement.RELATIVE_KEY_QUERY;
          default ->
              throw new IllegalArgumentException(
                  "position_embedding_type = %s is not supported, only absolute, relative_key and relative_key_query"
                      .formatted(placement));
        },
        f.flag("tie_word_embeddings", true),
        head,
        head == Head.NONE ? 0 : head == Head.MASKED_TOKENS ? vocabulary : labels(f));
  }

  private static void decoding(ConfigFields f) {
    f.mustBeOff("is_decoder");
    f.mustBeOff("add_cross_attention");
  }

  private static LayerConfig layers(ConfigFields f, double eps) {
    return new LayerConfig(
        f.integer("hidden_size", 768),
        f.integer("num_hidden_layers", 12),
        f.integer("num_attention_heads", 12),
        f.integer("intermediate_size", 3072),
        Nonlinearity.named("hidden_act", f.text("hidden_act", "gelu")),
        f.number("layer_norm_eps", eps));
  }

  private static int labels(ConfigFields f) {
    int named = f.entries("id2label");
    return named >= 0 ? named : f.integer("num_labels", 2);
  }
}
