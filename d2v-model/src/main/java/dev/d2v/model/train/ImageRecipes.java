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

/// Recipes of images: the four published configurations, two smaller sizes, and two small ones for
/// the sample that the project ships.
public final class ImageRecipes {
  private ImageRecipes() {}

  /// What a newcomer meets: the same model with 4 masks, targets from the last 2 blocks, four times
  /// the learning rate, no CLS loss (its sum over rows starves the rest at first) and a teacher
  /// that follows within hundreds of updates rather than thousands. Features are pooled from
  /// patches and CLS token of the last 2 blocks. What was tried is in docs/learning.md.
  public static Recipe quickstart() {
    Recipe base = fashionMnistSmall();
    Data2Vec2Config m = base.model();
    TrainConfig t = base.train();
    return new Recipe(
        "quickstart",
        "Small grey images in a few minutes on two cores; the default",
        new Data2Vec2Config(
            m.embedDim(),
            m.depth(),
            m.heads(),
            m.mlpRatio(),
            m.normEps(),
            m.normAffine(),
            m.norm(),
            m.drop(),
            4,
            TargetConfig.image(2),
            new LossConfig(0, null, 1, 0, 0),
            EmaConfig.linear(0.99, 0.999, 0),
            null,
            false,
            m.image(),
            null,
            null),
        new TrainConfig(
            400,
            t.batch(),
            1,
            LearningRateConfig.cosineFraction(4e-3, 0.1),
            t.beta1(),
            t.beta2(),
            t.eps(),
            t.weightDecay(),
            t.decayEverything(),
            t.clipNorm(),
            t.seed(),
            t.checkpointEvery(),
            t.keepCheckpoints(),
            t.logEvery(),
            0,
            0,
            1,
            false),
        base.data(),
        new ProbeConfig(ProbeConfig.Pooling.MEAN_AND_CLS, 2));
  }

  /// The recipe for comparing with the official code on Fashion-MNIST.
  public static Recipe fashionMnistSmall() {
    ImageConfig image =
        new ImageConfig(
            28,
            1,
            4,
            ImageConfig.Positions.SIN_COS,
            1,
            false,
            true,
            1,
            null,
            PrenetConfig.of(2),
            MaskConfig.inverseBlocks(0.8, 0.07),
            DecoderConfig.image(128, 8, 3, 3));
    return new Recipe(
        "fashion-mnist-small",
        "The official recipe scaled down to 28 x 28 grey images, for comparing with the official code",
        model(128, 4, 4, 8, 4, EmaConfig.linear(0.9995, 0.9999, 0), image),
        new TrainConfig(
            400,
            64,
            1,
            LearningRateConfig.cosineFraction(1e-3, 0.1),
            0.9,
            0.95,
            1e-8,
            0.05,
            true,
            4,
            1,
            100,
            2,
            5,
            0,
            0,
            1,
            false),
        DataConfig.of(ImageData.fashionMnist()),
        new ProbeConfig(ProbeConfig.Pooling.MEAN, 1));
  }

  /// 192 channels, 6 blocks, 3 heads.
  public static Recipe tiny() {
    return sized(
        "image-tiny", "5 million parameters: 192 channels, 6 blocks, 3 heads", 192, 1, 5, 3);
  }

  /// 384 channels, 8 blocks, 6 heads.
  public static Recipe small() {
    return sized(
        "image-small", "16 million parameters: 384 channels, 8 blocks, 6 heads", 384, 1, 7, 6);
  }

  /// ViT-B/16 as published: 2 + 10 blocks.
  public static Recipe base() {
    return published(
        "image-base",
        "ViT-B/16 as published: 88 million parameters",
        new Geometry(768, 2, 10, 12, 16, 10),
        MaskConfig.inverseBlocks(0.8, 0.07),
        DecoderConfig.image(768, 16, 3, 6),
        EmaConfig.linear(0.9998, 0.99999, 100_000),
        new Run(375_300, 16, 16, 1e-3));
  }

  /// ViT-L/16 as published: 24 blocks.
  public static Recipe large() {
    return published(
        "image-large",
        "ViT-L/16 as published: 309 million parameters",
        new Geometry(1024, 0, 24, 16, 16, 18),
        MaskConfig.inverseBlocks(0.75, 0.1),
        DecoderConfig.image(1024, 16, 5, 3),
        EmaConfig.linear(0.9998, 0.99999, 150_000),
        new Run(375_300, 8, 16, 4e-4));
  }

  /// ViT-H/16 as published: 32 blocks.
  public static Recipe huge16() {
    return published(
        "image-huge16",
        "ViT-H/16 as published: 637 million parameters",
        new Geometry(1280, 0, 32, 16, 16, 24),
        MaskConfig.inverseBlocks(0.75, 0.1),
        DecoderConfig.image(1024, 16, 5, 3),
        EmaConfig.linear(0.9998, 0.99995, 150_000),
        new Run(375_300, 8, 16, 4e-4));
  }

  /// ViT-H/14 as published: 32 blocks.
  public static Recipe huge14() {
    return published(
        "image-huge14",
        "ViT-H/14 as published: 637 million parameters",
        new Geometry(1280, 0, 32, 16, 14, 24),
        MaskConfig.inverseBlocks(0.75, 0.1),
        DecoderConfig.image(1024, 16, 5, 3),
        EmaConfig.linear(0.9998, 1, 300_000),
        new Run(500_000, 8, 32, 4e-4));
  }

  private record Geometry(
      int embedDim, int prenet, int depth, int heads, int patch, int topLayers) {}

  private record Run(long updates, int batch, int accumulate, double peak) {}

  private static Recipe sized(
      String name, String description, int embedDim, int prenet, int depth, int heads) {
    return published(
        name,
        description,
        new Geometry(embedDim, prenet, depth, heads, 16, depth),
        MaskConfig.inverseBlocks(0.8, 0.07),
        DecoderConfig.image(embedDim, 16, 3, 3),
        EmaConfig.linear(0.9998, 0.99999, 100_000),
        new Run(100_000, 32, 4, 1e-3));
  }

  private static Recipe published(
      String name,
      String description,
      Geometry g,
      MaskConfig mask,
      DecoderConfig decoder,
      EmaConfig ema,
      Run run) {
    ImageConfig image =
        new ImageConfig(
            224,
            3,
            g.patch,
            ImageConfig.Positions.SIN_COS,
            1,
            false,
            true,
            1,
            null,
            PrenetConfig.of(g.prenet),
            mask,
            decoder);
    return new Recipe(
        name,
        description,
        model(g.embedDim, g.depth, g.heads, 16, g.topLayers, ema, image),
        new TrainConfig(
            run.updates,
            run.batch,
            run.accumulate,
            LearningRateConfig.cosine(run.peak, 50_040),
            0.9,
            0.95,
            1e-8,
            0.05,
            true,
            4,
            1,
            1_000,
            3,
            50,
            0,
            0,
            1,
            false),
        DataConfig.of(ImageData.imageNet()),
        new ProbeConfig(ProbeConfig.Pooling.MEAN, 1));
  }

  private static Data2Vec2Config model(
      int embedDim,
      int depth,
      int heads,
      int masks,
      int topLayers,
      EmaConfig ema,
      ImageConfig image) {
    return new Data2Vec2Config(
        embedDim,
        depth,
        heads,
        4,
        1e-6,
        true,
        NormPlacement.POST,
        DropConfig.none(),
        masks,
        TargetConfig.image(topLayers),
        new LossConfig(0, null, 1, 0.01, 0),
        ema,
        null,
        false,
        image,
        null,
        null);
  }
}
