package dev.d2v.model.train;

import dev.d2v.model.AlibiConfig;
import dev.d2v.model.Batch;
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
import dev.d2v.tensor.random.RandomStream;
import org.jspecify.annotations.Nullable;

/// Recipes of speech, of text and of three modalities that train in milliseconds, and batches for
/// them out of the turn alone.
final class Senses {
  private Senses() {}

  static Recipe speech() {
    return recipe(null, speechEncoder(1), null, false, 16);
  }

  /// Speech whose blocks are left out so often.
  static Recipe speech(double layerDrop) {
    return recipe(null, speechEncoder(1), null, false, 16, layerDrop);
  }

  static Recipe text() {
    return recipe(null, null, textEncoder(1), true, 16);
  }

  static Recipe three() {
    return three(16);
  }

  static Recipe three(int embedDim) {
    return recipe(imageEncoder(1), speechEncoder(1), textEncoder(1), false, embedDim);
  }

  /// Three modalities whose local encoders get no gradient.
  static Recipe frozen() {
    return recipe(imageEncoder(0), speechEncoder(0), textEncoder(0), false, 16);
  }

  private static ImageConfig imageEncoder(double localGradMult) {
    return new ImageConfig(
        8,
        1,
        2,
        ImageConfig.Positions.SIN_COS,
        0,
        true,
        true,
        localGradMult,
        null,
        PrenetConfig.of(0),
        new MaskConfig(MaskConfig.Kind.BLOCK, 0.7, 0.07, 2, true, 0, false, false, 0.01, 0),
        DecoderConfig.image(16, 4, 3, 1));
  }

  private static SpeechConfig speechEncoder(double localGradMult) {
    return new SpeechConfig(
        "[(8, 10, 5)] + [(8, 3, 2)]",
        ConvFeatureExtractor.Mode.LAYER_NORM,
        false,
        null,
        SpeechConfig.Positions.CONVOLUTIONS,
        6,
        4,
        2,
        false,
        100,
        0,
        true,
        false,
        localGradMult,
        new AlibiConfig(Alibi.Distance.MANHATTAN, 1, true, true, false),
        true,
        new PrenetConfig(1, 0.1, 0.1, 0, 0),
        new MaskConfig(MaskConfig.Kind.BLOCK, 0.5, 0.05, 3, false, 0, false, false, 0.01, 0),
        decoder(true));
  }

  private static TextConfig textEncoder(double localGradMult) {
    return new TextConfig(
        40,
        16,
        TextEmbeddings.Positions.LEARNED,
        false,
        true,
        0.1,
        0,
        true,
        false,
        localGradMult,
        null,
        PrenetConfig.of(0),
        new MaskConfig(MaskConfig.Kind.RANDOM, 0.5, 0, 1, false, 0, false, false, 0.01, 0),
        decoder(false));
  }

  private static DecoderConfig decoder(boolean residual) {
    return new DecoderConfig(
        DecoderConfig.Kind.GROUPED, 16, 4, 3, 1, 0.1, false, false, residual, 1, 2);
  }

  private static Recipe recipe(
      @Nullable ImageConfig image,
      @Nullable SpeechConfig speech,
      @Nullable TextConfig text,
      boolean sharedBlocksOnly,
      int embedDim) {
    return recipe(image, speech, text, sharedBlocksOnly, embedDim, 0.2);
  }

  private static Recipe recipe(
      @Nullable ImageConfig image,
      @Nullable SpeechConfig speech,
      @Nullable TextConfig text,
      boolean sharedBlocksOnly,
      int embedDim,
      double layerDrop) {
    Data2Vec2Config model =
        new Data2Vec2Config(
            embedDim,
            2,
            2,
            2,
            1e-5,
            true,
            NormPlacement.POST,
            new DropConfig(0.1, 0.1, 0.1, 0.1, 0, layerDrop, 0, 0),
            2,
            new TargetConfig(2, false, false, true, false, false, false),
            new LossConfig(0, null, 1, 0, 0),
            new EmaConfig(0.9, 0.99, EmaConfig.Kind.LINEAR, 0, 0, sharedBlocksOnly),
            null,
            false,
            image,
            speech,
            text);
    TrainConfig train =
        new TrainConfig(
            12,
            2,
            2,
            LearningRateConfig.cosineFraction(1e-3, 0.2),
            0.9,
            0.98,
            1e-6,
            0.01,
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
        "senses",
        "for tests",
        model,
        train,
        new DataConfig(
            ImageData.fashionMnist(),
            new SpeechData(50, 400, 1_000, 10, new ShareConfig(2, 2, 0.5)),
            new TextData(12, false, new ShareConfig(3, 1, 2))),
        new ProbeConfig(ProbeConfig.Pooling.MEAN, 1));
  }

  /// A batch that depends on the turn and the micro-batch alone; speech has another length each
  /// time.
  static Batch batch(ModalityTurns.Turn turn, int micro) {
    RandomStream random = new RandomStream(5, 99, (int) turn.ordinal(), micro);
    return switch (turn.key()) {
      case "IMAGE" -> new Batch.Images(noise(2 * 64, random), 2);
      case "AUDIO" -> new Batch.Waves(noise(2 * (100 + 10 * random.nextInt(30)), random), 2, null);
      default -> {
        int[] ids = new int[3 * 12];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = 4 + random.nextInt(36);
        }
        yield new Batch.Texts(ids, 3);
      }
    };
  }

  private static float[] noise(int count, RandomStream random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
