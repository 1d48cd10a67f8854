package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import org.jspecify.annotations.Nullable;

/// A data2vec 2.0 model.
///
/// @param embedDim C, channels of a token
/// @param depth L, shared blocks
/// @param heads H
/// @param mlpRatio hidden width of a block's MLP, times C
/// @param normEps eps of the blocks' norms
/// @param normAffine whether they have a weight and a bias
/// @param norm where they stand
/// @param drop what is dropped in training
/// @param masksPerSample M, differently masked copies of a sample
/// @param targets how targets are made
/// @param loss weights and form of the losses
/// @param ema the teacher's decay
/// @param sharedDecoder a second, 1-D decoder shared by modalities, or null
/// @param maeInit Xavier-uniform linear layers instead of BERT's N(0, 0.02^2)
/// @param modality the modality's encoder
public record Data2Vec2Config(
    int embedDim,
    int depth,
    int heads,
    double mlpRatio,
    double normEps,
    boolean normAffine,
    NormPlacement norm,
    DropConfig drop,
    int masksPerSample,
    TargetConfig targets,
    LossConfig loss,
    EmaConfig ema,
    @Nullable DecoderConfig sharedDecoder,
    boolean maeInit,
    ModalityConfig modality) {
  /// Checks that the parts fit together.
  public Data2Vec2Config {
    ConfigChecks.positive("embedDim", embedDim);
    ConfigChecks.positive("depth", depth);
    ConfigChecks.positive("heads", heads);
    ConfigChecks.positive("masksPerSample", masksPerSample);
    ConfigChecks.that(
        embedDim % heads == 0,
        "embedDim (" + embedDim + ") must be a multiple of heads (" + heads + ")");
    ConfigChecks.that(mlpRatio > 0, "mlpRatio must be above 0, got " + mlpRatio);
    ConfigChecks.that(normEps > 0, "normEps must be above 0, got " + normEps);
    ConfigChecks.that(
        targets.topLayers() <= depth,
        "targets.topLayers (%d) cannot exceed depth (%d): only shared blocks yield targets"
            .formatted(targets.topLayers(), depth));
    ConfigChecks.that(
        loss.cls() == 0 || modality.extraTokens() > 0,
        "loss.cls needs an extra token: set modality.extraTokens to 1 or loss.cls to 0");
    ConfigChecks.that(
        embedDim % modality.decoder().groups() == 0,
        "embedDim (%d) must be a multiple of modality.decoder.groups (%d)"
            .formatted(embedDim, modality.decoder().groups()));
    if (modality instanceof ImageConfig image) {
      ConfigChecks.that(
          image.positions() != ImageConfig.Positions.SIN_COS || embedDim % 4 == 0,
          "embedDim (" + embedDim + ") must be a multiple of 4 for sin-cos positions");
      ConfigChecks.that(
          loss.reconstruction() == 0
              || embedDim == image.channels() * image.patchSize() * image.patchSize(),
          "loss.reconstruction needs embedDim = channels * patchSize^2 = "
              + image.channels() * image.patchSize() * image.patchSize()
              + ", got "
              + embedDim);
    }
  }

  /// The image encoder's configuration; fails for other modalities.
  public ImageConfig image() {
    return switch (modality) {
      case ImageConfig image -> image;
    };
  }

  /// Hidden width of a block's MLP: `int(C * mlpRatio)`.
  public int hidden() {
    return (int) (embedDim * mlpRatio);
  }
}
