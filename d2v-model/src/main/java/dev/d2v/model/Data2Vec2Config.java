package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.text.TextEmbeddings;
import java.util.List;
import java.util.stream.Stream;
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
/// @param image the encoder of images, or null
/// @param speech the encoder of speech, or null
/// @param text the encoder of text, or null
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
    @Nullable ImageConfig image,
    @Nullable SpeechConfig speech,
    @Nullable TextConfig text) {
  /// Checks that the parts fit together.
  public Data2Vec2Config {
    ConfigChecks.positive("embedDim", embedDim);
    ConfigChecks.channels("embedDim", embedDim);
    ConfigChecks.positive("depth", depth);
    ConfigChecks.layers("depth", depth);
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
    List<ModalityConfig> modalities = present(image, speech, text);
    ConfigChecks.that(
        !modalities.isEmpty(), "a model needs at least one of the encoders image, speech and text");
    ConfigChecks.that(
        loss.cls() == 0 || modalities.stream().anyMatch(m -> m.extraTokens() > 0),
        "loss.cls needs an extra token: set extraTokens of an encoder to 1 or loss.cls to 0");
    for (ModalityConfig m : modalities) {
      decoderFits(m, embedDim);
      ConfigChecks.that(
          loss.regression() > 0
              || (loss.cls() > 0 && m.extraTokens() > 0)
              || (loss.reconstruction() > 0 && m instanceof ImageConfig),
          "loss.regression must be above 0: no other loss trains the encoder " + m.key());
    }
    tablesFit(embedDim, heads, image, text);
    ConfigChecks.that(
        image == null || image.positions() != ImageConfig.Positions.SIN_COS || embedDim % 4 == 0,
        "embedDim (" + embedDim + ") must be a multiple of 4 for sin-cos positions");
    ConfigChecks.that(
        sharedDecoder == null || sharedDecoder.kind() == DecoderConfig.Kind.GROUPED,
        "sharedDecoder.kind must be grouped");
    ConfigChecks.that(
        sharedDecoder == null || loss.regression() > 0,
        "loss.regression must be above 0 with a sharedDecoder: nothing else trains both decoders");
    ConfigChecks.that(
        speech == null
            || speech.positions() != SpeechConfig.Positions.CONVOLUTIONS
            || embedDim % speech.positionGroups() == 0,
        "embedDim (" + embedDim + ") must be a multiple of speech.positionGroups");
    ConfigChecks.that(
        loss.reconstruction() == 0 || image != null,
        "loss.reconstruction is for images: set it to 0");
  }

  private static void decoderFits(ModalityConfig m, int embedDim) {
    DecoderConfig decoder = m.decoder();
    switch (decoder.kind()) {
      case GROUPED, SEPARABLE ->
          ConfigChecks.that(
              embedDim % decoder.groups() == 0,
              "embedDim (%d) must be a multiple of decoder.groups (%d)"
                  .formatted(embedDim, decoder.groups()));
      case LINEAR ->
          ConfigChecks.that(
              m.mask().encode() == MaskConfig.Encode.ALL,
              "%s.decoder.kind linear needs mask.encode all: place by place, it cannot fill what the encoder has not seen"
                  .formatted(m.section()));
    }
  }

  /// Tables that a model computes when it is built.
  private static void tablesFit(
      int embedDim, int heads, @Nullable ImageConfig image, @Nullable TextConfig text) {
    if (image != null) {
      double T = (double) image.grid() * image.grid();
      ConfigChecks.table("image.imageSize %d: positions".formatted(image.imageSize()), T, embedDim);
      if (image.alibi() != null) {
        ConfigChecks.table(
            "image.imageSize %d: alibi of %d heads".formatted(image.imageSize(), heads),
            heads * T,
            T);
      }
    }
    if (text != null && text.positions() == TextEmbeddings.Positions.SINUSOIDAL) {
      ConfigChecks.table(
          "text.maxTokens %d: positions".formatted(text.maxTokens()), text.maxTokens(), embedDim);
    }
  }

  private static List<ModalityConfig> present(
      @Nullable ImageConfig image, @Nullable SpeechConfig speech, @Nullable TextConfig text) {
    return Stream.<@Nullable ModalityConfig>of(image, speech, text)
        .<ModalityConfig>mapMulti((m, to) -> {
          if (m != null) {
            to.accept(m);
          }
        })
        .toList();
  }

  /// All modalities that the model has, images, speech, text.
  public List<ModalityConfig> modalities() {
    return present(image, speech, text);
  }

  /// The only modality; fails when there are several.
  public ModalityConfig modality() {
    List<ModalityConfig> all = modalities();
    if (all.size() != 1) {
      throw new IllegalStateException("the model has " + all.size() + " modalities");
    }
    return all.getFirst();
  }

  /// The modality of that name in published parameter names.
  public ModalityConfig modality(String key) {
    return modalities().stream()
        .filter(m -> m.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the model has no encoder for " + key));
  }

  /// The image encoder's configuration; fails when there is none.
  public ImageConfig requireImage() {
    if (image == null) {
      throw new IllegalStateException("the model has no image encoder");
    }
    return image;
  }

  /// Hidden width of a block's MLP: `int(C * mlpRatio)`.
  public int hidden() {
    return (int) (embedDim * mlpRatio);
  }
}
