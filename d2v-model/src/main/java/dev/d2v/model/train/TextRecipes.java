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
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.text.TextEmbeddings;

/// Recipes of text: the three published configurations, two smaller sizes, and a small one for the
/// sample that the project ships. Source: fairseq
/// `config/v2/{base_text,large_text}_only_task*.yaml`.
///
/// The number of tokens is RoBERTa's; `d2v pretrain` sets that of the vocabulary that it reads.
public final class TextRecipes {
  /// RoBERTa's number of tokens.
  private static final int ROBERTA = 50_265;

  private static final int LENGTH = 512;

  private TextRecipes() {}

  /// The default of `./d2v pretrain --modality text`. Of a row of prose the student sees a fifth,
  /// and its CLS token predicts what sets the mean target of the row apart from those of the
  /// batch's other rows. The teacher hardly moves, so that this stays a question about the words.
  /// What was tried is in docs/learning.md.
  public static Recipe austenSmall() {
    return new Recipe(
        "austen-small",
        "Prose in a few minutes on two cores; the default for text",
        new Data2Vec2Config(
            128,
            4,
            4,
            4,
            1e-5,
            true,
            NormPlacement.POST,
            DropConfig.none(),
            2,
            new TargetConfig(4, false, true, false, false, false, false),
            new LossConfig(0, null, 1, 0.05, true, 0),
            new EmaConfig(0.9998, 0.9999, EmaConfig.Kind.LINEAR, 0, 0, true),
            null,
            false,
            null,
            null,
            smallEncoder()),
        smallTraining(1_400, 32, 2e-3),
        DataConfig.of(new TextData(128, false, ShareConfig.WHOLE)),
        new ProbeConfig(ProbeConfig.Pooling.MEAN_AND_CLS, 4));
  }

  /// An encoder for a small vocabulary, of 128 channels. Tokens are scaled, so that their places do
  /// not weigh as much as they do.
  static TextConfig smallEncoder() {
    return encoder(
        4_000,
        128,
        true,
        1,
        0,
        0.8,
        new DecoderConfig(DecoderConfig.Kind.GROUPED, 128, 4, 5, 1, 0, false, false, false, 2, 2));
  }

  /// How the small recipes are trained.
  static TrainConfig smallTraining(long updates, int batch, double peak) {
    return new TrainConfig(
        updates,
        batch,
        1,
        LearningRateConfig.cosineFraction(peak, 0.1),
        0.9,
        0.98,
        1e-6,
        0.01,
        true,
        4,
        1,
        100,
        2,
        5,
        0,
        0,
        1,
        false);
  }

  /// 192 channels, 6 blocks, 3 heads.
  public static Recipe tiny() {
    return published(
        "text-tiny",
        "A text encoder of 192 channels, 6 blocks, 3 heads",
        new Size(192, 6, 3, 3),
        base(6),
        0,
        0.48,
        new Pace(100_000, 8, 8, 5e-4));
  }

  /// 384 channels, 8 blocks, 6 heads.
  public static Recipe small() {
    return published(
        "text-small",
        "A text encoder of 384 channels, 8 blocks, 6 heads",
        new Size(384, 8, 6, 4),
        base(8),
        0,
        0.48,
        new Pace(100_000, 8, 8, 4e-4));
  }

  /// Base as published: 12 blocks.
  public static Recipe base() {
    return published(
        "text-base",
        "Text base as published: 153 million parameters",
        new Size(768, 12, 12, 5),
        base(12),
        0,
        0.48,
        new Pace(1_000_000, 4, 16, 2e-4));
  }

  /// Large as published: 24 blocks.
  public static Recipe large() {
    return published(
        "text-large",
        "Text large as published: 385 million parameters",
        new Size(1024, 24, 16, 5),
        large(24),
        0,
        0.5,
        new Pace(600_000, 2, 32, 1e-4));
  }

  /// Large as published for a million updates: smooth L1 that turns linear at 4.
  public static Recipe large1m() {
    return published(
        "text-large-1m",
        "Text large as published, a million updates with a smooth L1 loss",
        new Size(1024, 24, 16, 5),
        large(24),
        4,
        0.5,
        new Pace(1_000_000, 2, 32, 1e-4));
  }

  private record Size(int embedDim, int depth, int heads, int decoderLayers) {}

  private record Pace(long updates, int batch, int accumulate, double peak) {}

  /// Instance norm of each layer, nothing on the mean.
  private static TargetConfig base(int topLayers) {
    return new TargetConfig(topLayers, false, false, true, false, false, false);
  }

  /// Layer norm of each layer, instance norm of the mean.
  private static TargetConfig large(int topLayers) {
    return new TargetConfig(topLayers, false, false, false, true, false, true);
  }

  private static Recipe published(
      String name,
      String description,
      Size size,
      TargetConfig targets,
      double beta,
      double ratio,
      Pace pace) {
    // the published decoders have 768 channels, whatever the model's
    int dim = Math.min(768, size.embedDim);
    DecoderConfig decoder =
        new DecoderConfig(
            DecoderConfig.Kind.GROUPED,
            dim,
            1,
            9,
            size.decoderLayers,
            0.1,
            false,
            false,
            false,
            2,
            2);
    return new Recipe(
        name,
        description,
        new Data2Vec2Config(
            size.embedDim,
            size.depth,
            size.heads,
            4,
            1e-5,
            true,
            NormPlacement.POST,
            new DropConfig(0.1, 0.1, 0.1, 0, 0, 0, 0, 0),
            8,
            targets,
            new LossConfig(beta, 1.0, 1, 0, 0),
            new EmaConfig(0.9999, 0.99999, EmaConfig.Kind.LINEAR, 100_000, 0, true),
            null,
            false,
            null,
            null,
            encoder(ROBERTA, LENGTH, false, 0, 0.1, ratio, decoder)),
        training(pace),
        DataConfig.of(new TextData(LENGTH, false, ShareConfig.WHOLE)),
        new ProbeConfig(ProbeConfig.Pooling.MEAN, 1));
  }

  private static TrainConfig training(Pace pace) {
    return new TrainConfig(
        pace.updates,
        pace.batch,
        pace.accumulate,
        LearningRateConfig.cosine(pace.peak, 4_000),
        0.9,
        0.98,
        1e-6,
        0.01,
        true,
        1,
        1,
        1_000,
        3,
        50,
        0.1,
        0.01,
        1,
        false);
  }

  private static TextConfig encoder(
      int vocabulary,
      int maxTokens,
      boolean scaled,
      int extraTokens,
      double dropout,
      double ratio,
      DecoderConfig decoder) {
    return new TextConfig(
        vocabulary,
        maxTokens,
        TextEmbeddings.Positions.LEARNED,
        scaled,
        true,
        dropout,
        extraTokens,
        true,
        false,
        1,
        null,
        PrenetConfig.of(0),
        new MaskConfig(MaskConfig.Kind.RANDOM, ratio, 0, 1, false, 0, false, false, 0.01, 0),
        decoder);
  }
}
