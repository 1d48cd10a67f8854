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
import dev.d2v.tensor.random.RandomStream;

/// A recipe that trains in milliseconds.
final class Tiny {
  private Tiny() {}

  static Recipe recipe() {
    return recipe(
        NormPlacement.POST,
        DropConfig.none(),
        DecoderConfig.image(16, 4, 3, 2),
        ImageConfig.Positions.SIN_COS,
        1);
  }

  static Recipe recipe(
      NormPlacement norm,
      DropConfig drop,
      DecoderConfig decoder,
      ImageConfig.Positions positions,
      int accumulate) {
    ImageConfig image =
        new ImageConfig(
            8,
            1,
            2,
            positions,
            1,
            false,
            true,
            1,
            null,
            PrenetConfig.of(1),
            new MaskConfig(MaskConfig.Kind.BLOCK, 0.7, 0.07, 2, true, 0, false, false, 0.01, 0),
            decoder);
    Data2Vec2Config model =
        new Data2Vec2Config(
            16,
            2,
            2,
            2,
            1e-6,
            true,
            norm,
            drop,
            2,
            TargetConfig.image(2),
            new LossConfig(0, null, 1, 0.01, 0),
            EmaConfig.linear(0.9, 0.99, 0),
            null,
            false,
            image,
            null,
            null);
    TrainConfig train =
        new TrainConfig(
            6,
            2,
            accumulate,
            LearningRateConfig.cosineFraction(1e-3, 0.2),
            0.9,
            0.95,
            1e-8,
            0.05,
            true,
            4,
            7,
            2,
            2,
            1,
            0,
            0,
            1,
            false);
    return new Recipe(
        "tiny",
        "for tests",
        model,
        train,
        DataConfig.of(ImageData.fashionMnist()),
        new ProbeConfig(ProbeConfig.Pooling.MEAN, 1));
  }

  /// A recipe with the masks of a sample in so many groups, and blocks that keep only their input
  /// or everything.
  static Recipe saving(Recipe r, int maskGroups, boolean recomputeBlocks) {
    TrainConfig t = r.train();
    return new Recipe(
        r.name(),
        r.description(),
        r.model(),
        new TrainConfig(
            t.updates(),
            t.batch(),
            t.accumulate(),
            t.learningRate(),
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
            t.minTargetVar(),
            t.minPredVar(),
            maskGroups,
            recomputeBlocks),
        r.data(),
        r.probe());
  }

  /// Batches of such images.
  static BatchSource source(Recipe recipe) {
    return BatchSource.images(recipe.train().batch(), (u, micro) -> images(recipe, u, micro));
  }

  /// Images that depend on the update and the micro-batch alone.
  static float[] images(Recipe recipe, long update, int micro) {
    float[] images = new float[recipe.train().batch() * 64];
    RandomStream random = new RandomStream(3, 99, (int) update, micro);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }
}
