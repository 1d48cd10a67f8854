package dev.d2v.model.speech;

import dev.d2v.model.AlibiConfig;
import dev.d2v.model.ConfigChecks;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.PrenetConfig;
import org.jspecify.annotations.Nullable;

/// A speech encoder: a 16 kHz waveform through strided convolutions.
///
/// @param extractor the convolutions, as fairseq writes them: `[(channels, kernel, stride)] * n`
/// @param extractorNorm what stands behind a convolution
/// @param extractorBias whether the convolutions have a bias
/// @param logMel a spectrogram's patches instead of the convolutions, or null
/// @param positions how tokens know where they are
/// @param positionWidth kernel of the positional convolutions, all layers together
/// @param positionGroups their groups
/// @param positionDepth their number
/// @param positionPreNorm whether a layer norm stands before them
/// @param maxTokens longest sequence of learned positions; longer input is refused
/// @param extraTokens E
/// @param extraTokensZero whether the first extra token starts at zero rather than N(0,1)
/// @param emaLocalEncoder whether the teacher has convolutions and a projection of its own
/// @param localGradMult factor on the gradient that reaches the convolutions; 0 freezes them
/// @param alibi attention biases, or null for none
/// @param zeroMasked whether masked tokens are zero before the positional convolutions; false:
///   noise
/// @param prenet the context encoder
/// @param mask the masks
/// @param decoder the decoder
public record SpeechConfig(
    String extractor,
    ConvFeatureExtractor.Mode extractorNorm,
    boolean extractorBias,
    @Nullable LogMelConfig logMel,
    Positions positions,
    int positionWidth,
    int positionGroups,
    int positionDepth,
    boolean positionPreNorm,
    int maxTokens,
    int extraTokens,
    boolean extraTokensZero,
    boolean emaLocalEncoder,
    double localGradMult,
    @Nullable AlibiConfig alibi,
    boolean zeroMasked,
    PrenetConfig prenet,
    MaskConfig mask,
    DecoderConfig decoder)
    implements ModalityConfig {
  /// wav2vec 2.0's seven layers: 20 ms a frame at 16 kHz.
  public static final String WAV2VEC = "[(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512, 2, 2)] * 2";

  /// How tokens know where they are, besides ALiBi.
  public enum Positions {
    /// Grouped convolutions over the visible tokens.
    CONVOLUTIONS,
    /// A table that is trained.
    LEARNED,
    /// Nothing.
    NONE
  }

  /// Checks the sizes.
  public SpeechConfig {
    ConvSpec.parse(extractor);
    ConfigChecks.positive("positionWidth", positionWidth);
    ConfigChecks.positive("positionGroups", positionGroups);
    ConfigChecks.positive("positionDepth", positionDepth);
    ConfigChecks.layers("positionDepth", positionDepth);
    ConfigChecks.positive("maxTokens", maxTokens);
    ConfigChecks.notNegative("extraTokens", extraTokens);
    ConfigChecks.ratio("localGradMult", localGradMult);
  }

  @Override
  public int tokens(int length) {
    return logMel == null ? spec().frames(length) : logMel.patches().tokens(length);
  }

  /// The convolutions.
  public ConvSpec spec() {
    return ConvSpec.parse(extractor);
  }

  @Override
  public int maskAxes() {
    return 1;
  }

  @Override
  public String key() {
    return "AUDIO";
  }

  @Override
  public String section() {
    return "speech";
  }
}
