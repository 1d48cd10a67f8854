package dev.d2v.model.train;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.LossConfig;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.TargetConfig;
import dev.d2v.model.image.ImageConfig;

/// What data2vec 2.0 is compared with: `quickstart`'s data, blocks, optimiser and length, trained
/// in another way. What they reach is in docs/learning.md.
public final class BaselineRecipes {
  private BaselineRecipes() {}

  /// data2vec 1.0: one mask of 60 %, in blocks; the student encodes all tokens, masked ones
  /// replaced by a learned vector; a linear layer predicts, place by place, the layer-normalised
  /// mean of the teacher's last blocks with smooth L1. The teacher owns blocks, not the patch
  /// embedding.
  ///
  /// Blocks are those of `quickstart`, post-norm and with sin-cos positions; the published model's
  /// are pre-norm with relative positions.
  public static Recipe data2vec1() {
    MaskConfig mask =
        new MaskConfig(
            MaskConfig.Kind.BLOCK,
            0.6,
            0.4,
            3,
            false,
            0,
            false,
            false,
            0,
            0,
            MaskConfig.Fill.LEARNED,
            MaskConfig.Encode.ALL);
    DecoderConfig linear =
        new DecoderConfig(DecoderConfig.Kind.LINEAR, 128, 1, 1, 1, 0, false, false, false, 1, 1);
    return baseline(
        "fashion-mnist-data2vec1",
        "A baseline: quickstart trained as data2vec 1.0 is, on all tokens and one mask",
        new TargetConfig(2, true, false, false, false, true, false),
        new LossConfig(2, null, 1, 0, 0),
        false,
        mask,
        linear);
  }

  /// A masked autoencoder: one mask of 75 % single patches; the student encodes the visible ones; a
  /// decoder with a learned vector and positions in the masked places predicts their standardised
  /// pixels. There is no teacher.
  ///
  /// The decoder is `quickstart`'s, convolutions; the published model's has transformer blocks.
  public static Recipe mae() {
    MaskConfig mask =
        new MaskConfig(
            MaskConfig.Kind.RANDOM,
            0.75,
            0,
            1,
            false,
            0,
            false,
            false,
            0,
            0,
            MaskConfig.Fill.LEARNED,
            MaskConfig.Encode.VISIBLE);
    DecoderConfig decoder =
        new DecoderConfig(DecoderConfig.Kind.GROUPED, 128, 8, 3, 3, 0, false, true, true, 1, 2);
    return baseline(
        "fashion-mnist-mae",
        "A baseline: quickstart trained as a masked autoencoder is, on pixels and without a teacher",
        TargetConfig.image(2),
        new LossConfig(0, null, 0, 0, 1),
        true,
        mask,
        decoder);
  }

  private static Recipe baseline(
      String name,
      String description,
      TargetConfig targets,
      LossConfig loss,
      boolean emaLocalEncoder,
      MaskConfig mask,
      DecoderConfig decoder) {
    Recipe base = ImageRecipes.quickstart();
    Data2Vec2Config m = base.model();
    ImageConfig i = m.requireImage();
    return new Recipe(
        name,
        description,
        new Data2Vec2Config(
            m.embedDim(),
            m.depth(),
            m.heads(),
            m.mlpRatio(),
            m.normEps(),
            m.normAffine(),
            m.norm(),
            m.drop(),
            1,
            targets,
            loss,
            m.ema(),
            m.sharedDecoder(),
            m.maeInit(),
            new ImageConfig(
                i.imageSize(),
                i.channels(),
                i.patchSize(),
                i.positions(),
                i.extraTokens(),
                i.extraTokensZero(),
                emaLocalEncoder,
                i.localGradMult(),
                i.alibi(),
                i.prenet(),
                mask,
                decoder),
            null,
            null),
        base.train(),
        base.data(),
        base.probe());
  }
}
