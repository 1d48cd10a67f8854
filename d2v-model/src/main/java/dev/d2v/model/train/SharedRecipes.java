package dev.d2v.model.train;

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

/// Recipes of several modalities over shared blocks.
public final class SharedRecipes {
  private SharedRecipes() {}

  /// Images, speech and text by turns, each with an encoder and a decoder of its own, over the
  /// samples that the project ships.
  public static Recipe threeSensesSmall() {
    ImageConfig image =
        new ImageConfig(
            28,
            1,
            4,
            ImageConfig.Positions.SIN_COS,
            0,
            true,
            true,
            1,
            null,
            PrenetConfig.of(0),
            MaskConfig.inverseBlocks(0.8, 0.07),
            DecoderConfig.image(128, 8, 3, 3));
    ImageData pictures = ImageData.fashionMnist();
    ShareConfig images = new ShareConfig(64, 1, 1);
    ShareConfig speech = new ShareConfig(32, 1, 1);
    ShareConfig text = new ShareConfig(24, 2, 1);
    return new Recipe(
        "three-senses-small",
        "Images, speech and text by turns over shared blocks, in a few minutes on two cores",
        new Data2Vec2Config(
            128,
            4,
            4,
            4,
            1e-5,
            true,
            NormPlacement.POST,
            DropConfig.none(),
            4,
            new TargetConfig(2, false, true, false, false, false, false),
            // only text has a CLS token here
            new LossConfig(0, null, 1, 0.03, true, 0),
            EmaConfig.linear(0.998, 0.9998, 0),
            null,
            false,
            image,
            SpeechRecipes.smallEncoder(),
            TextRecipes.smallEncoder()),
        TextRecipes.smallTraining(1_000, 32, 1e-3),
        new DataConfig(
            new ImageData(
                pictures.cropScaleMin(),
                pictures.cropScaleMax(),
                pictures.cropRatioMin(),
                pictures.cropRatioMax(),
                pictures.flip(),
                pictures.mean(),
                pictures.std(),
                images),
            SpeechRecipes.smallData(speech),
            new TextData(128, false, text)),
        new ProbeConfig(ProbeConfig.Pooling.MEAN, 2));
  }
}
