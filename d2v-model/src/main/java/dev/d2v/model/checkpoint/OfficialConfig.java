package dev.d2v.model.checkpoint;

import dev.d2v.model.AlibiConfig;
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
import dev.d2v.nn.layer.Alibi;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the official model configuration (`cfg.model` of a checkpoint, `config` of a golden case)
/// with its own field names. Every field is either honoured, known not to matter here, or refused
/// by name.
public final class OfficialConfig {
  private OfficialConfig() {}

  /// The configuration of an image model.
  public static Data2Vec2Config image(Map<String, Object> model) {
    Switches top = new Switches("", model);
    top.ignore("log_norms", "seed", "max_update", "ema_same_dtype", "decoder_group");
    top.ignore("min_target_var", "min_pred_var");
    top.require("skip_ema", false);
    top.require("supported_modality", "IMAGE");
    Switches image = top.nested("modality_image");
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
            modality(image, top.integer("embed_dim"), top.integer("num_heads")));
    image.finish();
    top.finish();
    return config;
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

  private static ImageConfig modality(Switches image, int embedDim, int heads) {
    image.ignore("mask_prob_min", "model_depth", "add_masks", "encoder_zero_mask");
    image.ignore("mask_channel_length", "alibi_max_pos");
    image.require("type", "IMAGE");
    image.require("remove_masks", false);
    image.require("mask_channel_prob", 0);
    image.require("learned_alibi", false);
    image.require("transformer_decoder", false);
    image.require("enc_dec_transformer", false);
    image.require("embed_dim", embedDim);
    image.require("num_alibi_heads", heads);
    image.require("alibi_dims", 2);
    ImageConfig config =
        new ImageConfig(
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
            alibi(image),
            new PrenetConfig(
                image.integer("prenet_depth"),
                image.number("prenet_layerdrop"),
                image.number("prenet_dropout"),
                image.number("start_drop_path_rate"),
                image.number("end_drop_path_rate")),
            masks(image),
            decoder(image.nested("decoder")));
    return config;
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

  private static @Nullable AlibiConfig alibi(Switches image) {
    String distance = image.text("alibi_distance");
    AlibiConfig alibi =
        new AlibiConfig(
            switch (distance) {
              case "manhattan" -> Alibi.Distance.MANHATTAN;
              case "euclidean" -> Alibi.Distance.EUCLIDEAN;
              default ->
                  throw new IllegalArgumentException(
                      "alibi_distance must be manhattan or euclidean, got " + distance);
            },
            image.number("alibi_scale"),
            image.flag("learned_alibi_scale"),
            image.flag("learned_alibi_scale_per_head"),
            image.flag("learned_alibi_scale_per_layer"));
    return image.flag("use_alibi_encoder") ? alibi : null;
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
