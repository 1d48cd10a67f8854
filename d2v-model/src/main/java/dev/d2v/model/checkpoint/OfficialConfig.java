package dev.d2v.model.checkpoint;

import dev.d2v.model.AlibiConfig;
import dev.d2v.model.ConfigChecks;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.EmaConfig;
import dev.d2v.model.LossConfig;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.PrenetConfig;
import dev.d2v.model.TargetConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.ConvFeatureExtractor;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.text.TextEmbeddings;
import dev.d2v.nn.layer.Alibi;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads the official model configuration (`cfg.model` of a checkpoint, `config` of a golden case)
/// with its own field names. Every field is either honoured, known not to matter here, or refused
/// by name.
public final class OfficialConfig {
  /// Positions that the official speech model does not limit.
  private static final int LONGEST = 100_000;

  private OfficialConfig() {}

  /// The configuration of a model of one modality.
  public static Data2Vec2Config model(Map<String, Object> model) {
    return model(new Switches("", model));
  }

  /// The same, of a file of unknown age: fields that nobody knows are told to `unknown`.
  static Data2Vec2Config model(Map<String, Object> model, Consumer<String> unknown) {
    return model(new Switches("", model, unknown));
  }

  private static Data2Vec2Config model(Switches top) {
    top.ignore("log_norms", "seed", "max_update", "ema_same_dtype", "decoder_group");
    top.ignore("min_target_var", "min_pred_var");
    top.require("skip_ema", false);
    String key = top.text("supported_modality");
    Switches modality =
        top.nested(
            switch (key) {
              case "IMAGE" -> "modality_image";
              case "AUDIO" -> "modality_audio";
              case "TEXT" -> "modality_text";
              default ->
                  throw new IllegalArgumentException(
                      "supported_modality must be IMAGE, AUDIO or TEXT, got " + key);
            });
    int heads = top.integer("num_heads");
    int dim = top.integer("embed_dim");
    Data2Vec2Config config =
        new Data2Vec2Config(
            top.integer("embed_dim"),
            top.integer("depth"),
            top.integer("num_heads"),
            top.number("mlp_ratio"),
            top.number("norm_eps"),
            top.flag("norm_affine"),
            top.flag("layer_norm_first") ? NormPlacement.PRE_OFFICIAL : NormPlacement.POST,
            drop(top),
            top.integer("clone_batch"),
            targets(top),
            new LossConfig(
                top.number("loss_beta"),
                top.numberOrNull("loss_scale"),
                top.number("d2v_loss"),
                top.number("cls_loss"),
                top.number("recon_loss")),
            new EmaConfig(
                top.number("ema_decay"),
                top.number("ema_end_decay"),
                EmaConfig.Kind.LINEAR,
                (long) top.number("ema_anneal_end_step"),
                0,
                top.flag("ema_encoder_only")),
            top.isNull("shared_decoder") ? null : decoder(top.nested("shared_decoder")),
            top.flag("mae_init"),
            key.equals("IMAGE") ? image(modality, dim, heads) : null,
            key.equals("AUDIO") ? speech(modality, heads) : null,
            key.equals("TEXT") ? text(modality, top, heads) : null);
    pixelsFit(config);
    modality.finish();
    top.finish();
    return config;
  }

  /// The official reconstruction keeps the number of channels.
  private static void pixelsFit(Data2Vec2Config config) {
    ImageConfig image = config.image();
    if (image != null && config.loss().reconstruction() > 0) {
      ConfigChecks.that(
          config.embedDim() == image.patchPixels(),
          "switch recon_loss needs embed_dim = in_chans * patch_size^2 = %d, got %d"
              .formatted(image.patchPixels(), config.embedDim()));
    }
  }

  private static DropConfig drop(Switches top) {
    return new DropConfig(
        top.number("encoder_dropout"),
        top.number("post_mlp_drop"),
        top.number("attention_dropout"),
        top.number("activation_dropout"),
        top.number("dropout_input"),
        top.number("layerdrop"),
        top.number("start_drop_path_rate"),
        top.number("end_drop_path_rate"));
  }

  private static TargetConfig targets(Switches top) {
    return new TargetConfig(
        top.integer("average_top_k_layers"),
        top.flag("end_of_block_targets"),
        top.flag("batch_norm_target_layer"),
        top.flag("instance_norm_target_layer"),
        top.flag("layer_norm_target_layer"),
        top.flag("layer_norm_targets"),
        top.flag("instance_norm_targets"));
  }

  /// What no modality does here, and what changes nothing.
  private static void common(Switches modality, String type, int heads) {
    modality.ignore("mask_prob_min", "model_depth", "add_masks", "mask_channel_length");
    modality.ignore("alibi_max_pos");
    modality.require("type", type);
    modality.require("remove_masks", false);
    modality.require("mask_channel_prob", 0);
    modality.require("learned_alibi", false);
    modality.require("num_alibi_heads", heads);
  }

  private static ImageConfig image(Switches image, int embedDim, int heads) {
    common(image, "IMAGE", heads);
    image.ignore("encoder_zero_mask");
    image.require("transformer_decoder", false);
    image.require("enc_dec_transformer", false);
    image.require("embed_dim", embedDim);
    image.require("alibi_dims", 2);
    return new ImageConfig(
        image.integer("input_size"),
        image.integer("in_chans"),
        image.integer("patch_size"),
        image.flag("fixed_positions")
            ? ImageConfig.Positions.SIN_COS
            : ImageConfig.Positions.LEARNED,
        image.integer("num_extra_tokens"),
        image.flag("init_extra_token_zero"),
        image.flag("ema_local_encoder"),
        image.number("local_grad_mult"),
        alibi(image, distance(image)),
        prenet(image),
        masks(image),
        decoder(image.nested("decoder")));
  }

  private static SpeechConfig speech(Switches speech, int heads) {
    common(speech, "AUDIO", heads);
    String mode = speech.text("extractor_mode");
    return new SpeechConfig(
        speech.text("feature_encoder_spec"),
        switch (mode) {
          case "layer_norm" -> ConvFeatureExtractor.Mode.LAYER_NORM;
          case "default" -> ConvFeatureExtractor.Mode.GROUP_NORM;
          default ->
              throw new IllegalArgumentException(
                  "extractor_mode must be layer_norm or default, got " + mode);
        },
        false,
        null,
        SpeechConfig.Positions.CONVOLUTIONS,
        speech.integer("conv_pos_width"),
        speech.integer("conv_pos_groups"),
        speech.integer("conv_pos_depth"),
        speech.flag("conv_pos_pre_ln"),
        LONGEST,
        speech.integer("num_extra_tokens"),
        speech.flag("init_extra_token_zero"),
        speech.flag("ema_local_encoder"),
        speech.number("local_grad_mult"),
        alibi(speech, Alibi.Distance.MANHATTAN),
        speech.flag("encoder_zero_mask"),
        prenet(speech),
        masks(speech),
        decoder(speech.nested("decoder")));
  }

  /// The vocabulary's size stands beside the model, where the data set put it.
  private static TextConfig text(Switches text, Switches top, int heads) {
    common(text, "TEXT", heads);
    text.ignore("encoder_zero_mask");
    top.require("pad_idx", TextConfig.PAD);
    TextEmbeddings.Positions positions =
        text.flag("learned_pos")
            ? TextEmbeddings.Positions.LEARNED
            : TextEmbeddings.Positions.SINUSOIDAL;
    return new TextConfig(
        top.integer("vocab_size"),
        text.integer("max_source_positions"),
        text.flag("no_token_positional_embeddings") ? TextEmbeddings.Positions.NONE : positions,
        !text.flag("no_scale_embedding"),
        text.flag("layernorm_embedding"),
        text.number("dropout"),
        text.integer("num_extra_tokens"),
        text.flag("init_extra_token_zero"),
        text.flag("ema_local_encoder"),
        text.number("local_grad_mult"),
        alibi(text, Alibi.Distance.MANHATTAN),
        prenet(text),
        masks(text),
        decoder(text.nested("decoder")));
  }

  private static PrenetConfig prenet(Switches modality) {
    return new PrenetConfig(
        modality.integer("prenet_depth"),
        modality.number("prenet_layerdrop"),
        modality.number("prenet_dropout"),
        modality.number("start_drop_path_rate"),
        modality.number("end_drop_path_rate"));
  }

  private static MaskConfig masks(Switches image) {
    int length = image.integer("mask_length");
    return new MaskConfig(
        length == 1 ? MaskConfig.Kind.RANDOM : MaskConfig.Kind.BLOCK,
        image.number("mask_prob"),
        image.number("mask_prob_adjust"),
        length,
        image.flag("inverse_mask"),
        image.number("mask_dropout"),
        false,
        false,
        image.number("mask_noise_std"),
        image.number("keep_masked_pct"));
  }

  private static Alibi.Distance distance(Switches image) {
    String distance = image.text("alibi_distance");
    return switch (distance) {
      case "manhattan" -> Alibi.Distance.MANHATTAN;
      case "euclidean" -> Alibi.Distance.EUCLIDEAN;
      default ->
          throw new IllegalArgumentException(
              "alibi_distance must be manhattan or euclidean, got " + distance);
    };
  }

  private static @Nullable AlibiConfig alibi(Switches modality, Alibi.Distance distance) {
    AlibiConfig alibi =
        new AlibiConfig(
            distance,
            modality.number("alibi_scale"),
            modality.flag("learned_alibi_scale"),
            modality.flag("learned_alibi_scale_per_head"),
            modality.flag("learned_alibi_scale_per_layer"));
    return modality.flag("use_alibi_encoder") ? alibi : null;
  }

  /// The configuration of a decoder alone, as in `unit_decoder`; absent fields take the official
  /// defaults.
  public static DecoderConfig decoder(Map<String, Object> fields) {
    Switches decoder = new Switches("decoder.", fields);
    DecoderConfig config = decoder(decoder);
    decoder.finish();
    return config;
  }

  private static DecoderConfig decoder(Switches decoder) {
    DecoderConfig config =
        new DecoderConfig(
            DecoderConfig.Kind.GROUPED,
            decoder.integer("decoder_dim", 384),
            decoder.integer("decoder_groups", 16),
            decoder.integer("decoder_kernel", 5),
            decoder.integer("decoder_layers", 5),
            decoder.number("input_dropout", 0.1),
            decoder.flag("add_positions_masked", false),
            decoder.flag("add_positions_all", false),
            decoder.flag("decoder_residual", true),
            decoder.integer("projection_layers", 1),
            decoder.number("projection_ratio", 2.0));
    decoder.finish();
    return config;
  }
}
