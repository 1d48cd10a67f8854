package dev.d2v.model.train;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.EmaConfig;
import dev.d2v.model.LossConfig;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import org.jspecify.annotations.Nullable;

/// Recipes that differ in what stands in the place of masked tokens, in what the student encodes
/// and in what it learns.
final class Masked {
  static final LossConfig REGRESSION = new LossConfig(0, null, 1, 0, 0);
  static final LossConfig PIXELS = new LossConfig(0, null, 0, 0, 1);
  static final DecoderConfig LINEAR =
      new DecoderConfig(DecoderConfig.Kind.LINEAR, 16, 1, 1, 1, 0, false, false, false, 1, 1);

  private Masked() {}

  /// An image recipe with learned positions, without randomness but for masks and noise.
  static Recipe image(
      MaskConfig.Fill fill, MaskConfig.Encode encode, DecoderConfig decoder, LossConfig loss) {
    Recipe base =
        Tiny.recipe(
            NormPlacement.POST,
            DropConfig.none(),
            DecoderConfig.image(16, 4, 3, 2),
            ImageConfig.Positions.LEARNED,
            1);
    return of(base, fill, encode, decoder, loss, true);
  }

  /// The recipe of one modality, changed.
  ///
  /// @param apart whether the teacher reads nothing of the student's
  static Recipe of(
      Recipe base,
      MaskConfig.Fill fill,
      MaskConfig.Encode encode,
      @Nullable DecoderConfig decoder,
      LossConfig loss,
      boolean apart) {
    Data2Vec2Config m = base.model();
    ModalityConfig changed = changed(m.modality(), fill, encode, decoder, apart);
    EmaConfig e = m.ema();
    Data2Vec2Config model =
        new Data2Vec2Config(
            m.embedDim(),
            m.depth(),
            m.heads(),
            m.mlpRatio(),
            m.normEps(),
            m.normAffine(),
            m.norm(),
            m.drop(),
            m.masksPerSample(),
            m.targets(),
            loss,
            new EmaConfig(e.start(), e.end(), e.schedule(), 0, 0, !apart && e.sharedBlocksOnly()),
            null,
            false,
            changed instanceof ImageConfig i ? i : null,
            changed instanceof SpeechConfig s ? s : null,
            changed instanceof TextConfig t ? t : null);
    return new Recipe("masked", "for tests", model, base.train(), base.data(), base.probe());
  }

  /// The recipe with a teacher that stays as it is, so that targets do too.
  static Recipe taughtByOne(Recipe r) {
    Data2Vec2Config m = r.model();
    Data2Vec2Config model =
        new Data2Vec2Config(
            m.embedDim(),
            m.depth(),
            m.heads(),
            m.mlpRatio(),
            m.normEps(),
            m.normAffine(),
            m.norm(),
            m.drop(),
            m.masksPerSample(),
            m.targets(),
            m.loss(),
            EmaConfig.linear(1, 1, 0),
            m.sharedDecoder(),
            m.maeInit(),
            m.image(),
            m.speech(),
            m.text());
    return new Recipe(r.name(), r.description(), model, r.train(), r.data(), r.probe());
  }

  private static ModalityConfig changed(
      ModalityConfig m,
      MaskConfig.Fill fill,
      MaskConfig.Encode encode,
      @Nullable DecoderConfig other,
      boolean apart) {
    MaskConfig k = m.mask();
    MaskConfig mask =
        new MaskConfig(
            k.kind(),
            k.ratio(),
            k.adjust(),
            k.length(),
            k.inverse(),
            k.dropout(),
            k.nonOverlapping(),
            k.expandAdjacent(),
            0.5,
            0,
            fill,
            encode);
    DecoderConfig decoder = other == null ? m.decoder() : other;
    boolean ema = apart || m.emaLocalEncoder();
    return switch (m) {
      case ImageConfig i ->
          new ImageConfig(
              i.imageSize(),
              i.channels(),
              i.patchSize(),
              i.positions(),
              i.extraTokens(),
              i.extraTokensZero(),
              ema,
              i.localGradMult(),
              i.alibi(),
              i.prenet(),
              mask,
              decoder);
      case SpeechConfig s ->
          new SpeechConfig(
              s.extractor(),
              s.extractorNorm(),
              s.extractorBias(),
              s.logMel(),
              s.positions(),
              s.positionWidth(),
              s.positionGroups(),
              s.positionDepth(),
              s.positionPreNorm(),
              s.maxTokens(),
              s.extraTokens(),
              s.extraTokensZero(),
              ema,
              s.localGradMult(),
              s.alibi(),
              s.zeroMasked(),
              s.prenet(),
              mask,
              decoder);
      case TextConfig t ->
          new TextConfig(
              t.vocabulary(),
              t.maxTokens(),
              t.positions(),
              true,
              t.embeddingNorm(),
              t.dropout(),
              t.extraTokens(),
              t.extraTokensZero(),
              ema,
              t.localGradMult(),
              t.alibi(),
              t.prenet(),
              mask,
              decoder);
    };
  }

  /// Batches for any of them.
  static BatchSource source(Recipe recipe) {
    return recipe.model().image() == null ? Senses::batch : Tiny.source(recipe);
  }
}
