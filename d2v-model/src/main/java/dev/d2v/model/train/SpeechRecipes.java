package dev.d2v.model.train;

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
import dev.d2v.model.speech.ConvFeatureExtractor;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.nn.layer.Alibi;

/// Recipes of speech: the two published configurations, two smaller sizes, and a small one for the
/// sample that the project ships. Source: fairseq `config/v2/{base,large}_audio_only_task.yaml`.
public final class SpeechRecipes {
  /// What published models leave out, 2 s, and crop to, 20 s.
  private static final int SHORTEST = 2 * SpeechData.SAMPLE_RATE_HZ;

  private static final int LONGEST = 20 * SpeechData.SAMPLE_RATE_HZ;

  /// Samples of a frame.
  private static final int FRAME = 320;

  private SpeechRecipes() {}

  /// The default of `./d2v pretrain --modality speech`: words of half a second. Targets are
  /// normalised over the batch, not over a sample's time: what a short word has in all its frames
  /// would be taken out of them otherwise. What was tried is in docs/learning.md.
  public static Recipe spokenDigitsSmall() {
    return new Recipe(
        "spoken-digits-small",
        "Short recordings in a few minutes on two cores; the default for speech",
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
            new LossConfig(0, null, 1, 0, 0),
            EmaConfig.linear(0.99, 0.999, 0),
            null,
            false,
            null,
            smallEncoder(),
            null),
        TextRecipes.smallTraining(400, 32, 1e-3),
        DataConfig.of(smallData(ShareConfig.WHOLE)),
        new ProbeConfig(ProbeConfig.Pooling.MEAN, 2));
  }

  /// An encoder for words, of 128 channels.
  static SpeechConfig smallEncoder() {
    return encoder(
        extractor(64),
        20,
        8,
        2,
        PrenetConfig.of(0),
        masks(0.5, 0.05),
        new DecoderConfig(DecoderConfig.Kind.GROUPED, 128, 8, 7, 3, 0, false, false, true, 1, 2));
  }

  /// Words of 0.16 s and more, cut to 2 s.
  static SpeechData smallData(ShareConfig share) {
    return new SpeechData(2_560, 32_000, 320_000, FRAME, share);
  }

  /// 192 channels, 6 blocks, 3 heads.
  public static Recipe tiny() {
    return published(
        "speech-tiny",
        "A speech encoder of 192 channels, 6 blocks, 3 heads",
        new Size(192, 6, 0, 3, 4, extractor(192)),
        masks(0.5, 0.05),
        decoder(192, 3),
        EmaConfig.linear(0.999, 0.99999, 75_000),
        new Pace(100_000, 320_000, 8, 1e-3, 8_000, 0));
  }

  /// 384 channels, 8 blocks, 6 heads.
  public static Recipe small() {
    return published(
        "speech-small",
        "A speech encoder of 384 channels, 8 blocks, 6 heads",
        new Size(384, 8, 0, 6, 6, extractor(384)),
        masks(0.5, 0.05),
        decoder(384, 4),
        EmaConfig.linear(0.999, 0.99999, 75_000),
        new Pace(100_000, 320_000, 16, 1e-3, 8_000, 0));
  }

  /// Base as published: 12 blocks, 500 s of audio an update.
  public static Recipe base() {
    return published(
        "speech-base",
        "Speech base as published: 94 million parameters",
        new Size(768, 12, 0, 12, 8, SpeechConfig.WAV2VEC),
        masks(0.5, 0.05),
        decoder(384, 4),
        EmaConfig.linear(0.999, 0.99999, 75_000),
        new Pace(400_000, 1_000_000, 8, 7.5e-4, 8_000, 0));
  }

  /// Large as published: 8 + 16 blocks, 960 s of audio an update.
  public static Recipe large() {
    return published(
        "speech-large",
        "Speech large as published: 315 million parameters",
        new Size(1024, 16, 8, 16, 16, SpeechConfig.WAV2VEC),
        masks(0.55, 0.1),
        decoder(768, 4),
        EmaConfig.linear(0.9997, 1, 300_000),
        new Pace(600_000, 320_000, 48, 4e-4, 10_000, 1));
  }

  private record Size(
      int embedDim, int depth, int prenet, int heads, int topLayers, String extractor) {}

  private record Pace(
      long updates, int batchSamples, int accumulate, double peak, long warmup, double clip) {}

  private static Recipe published(
      String name,
      String description,
      Size size,
      MaskConfig mask,
      DecoderConfig decoder,
      EmaConfig ema,
      Pace pace) {
    // layers are dropped in base alone, the one without a prenet
    double layerDrop = size.prenet == 0 ? 0.05 : 0;
    SpeechConfig speech =
        encoder(
            size.extractor,
            95,
            16,
            5,
            new PrenetConfig(size.prenet, layerDrop, 0.1, 0, 0),
            mask,
            decoder);
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
            new DropConfig(0.1, 0.1, 0.1, 0, 0, layerDrop, 0, 0),
            size.prenet == 0 ? 8 : 12,
            targets(size.topLayers),
            new LossConfig(0, null, 1, 0, 0),
            ema,
            null,
            false,
            null,
            speech,
            null),
        training(pace),
        DataConfig.of(
            new SpeechData(SHORTEST, LONGEST, pace.batchSamples, FRAME, ShareConfig.WHOLE)),
        new ProbeConfig(ProbeConfig.Pooling.MEAN, 1));
  }

  private static TrainConfig training(Pace pace) {
    return new TrainConfig(
        pace.updates,
        pace.batchSamples / SHORTEST,
        pace.accumulate,
        LearningRateConfig.cosine(pace.peak, pace.warmup),
        0.9,
        0.98,
        1e-6,
        0.01,
        true,
        pace.clip,
        1,
        1_000,
        3,
        50,
        0.1,
        0.01,
        1,
        false);
  }

  private static SpeechConfig encoder(
      String extractor,
      int positionWidth,
      int positionGroups,
      int positionDepth,
      PrenetConfig prenet,
      MaskConfig mask,
      DecoderConfig decoder) {
    return new SpeechConfig(
        extractor,
        ConvFeatureExtractor.Mode.LAYER_NORM,
        false,
        null,
        SpeechConfig.Positions.CONVOLUTIONS,
        positionWidth,
        positionGroups,
        positionDepth,
        false,
        1_000,
        0,
        true,
        false,
        1,
        new AlibiConfig(Alibi.Distance.MANHATTAN, 1, true, true, false),
        true,
        prenet,
        mask,
        decoder);
  }

  /// wav2vec 2.0's kernels and strides with other channels.
  private static String extractor(int channels) {
    return SpeechConfig.WAV2VEC.replace("512", String.valueOf(channels));
  }

  /// Spans of five frames, which are hidden.
  private static MaskConfig masks(double ratio, double adjust) {
    return new MaskConfig(MaskConfig.Kind.BLOCK, ratio, adjust, 5, false, 0, false, false, 0.01, 0);
  }

  private static DecoderConfig decoder(int dim, int layers) {
    return new DecoderConfig(
        DecoderConfig.Kind.GROUPED, dim, 16, 7, layers, 0.1, false, false, true, 1, 2);
  }

  /// Instance norm of each layer, nothing on the mean.
  private static TargetConfig targets(int topLayers) {
    return new TargetConfig(topLayers, false, false, true, false, false, false);
  }
}
