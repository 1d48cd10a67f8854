package dev.d2v.model.text;

import dev.d2v.model.AlibiConfig;
import dev.d2v.model.ConfigChecks;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.PrenetConfig;
import org.jspecify.annotations.Nullable;

/// A text encoder: tokens of a byte-level BPE, `<s>` 0, `<pad>` 1, `</s>` 2.
///
/// @param vocabulary number of tokens
/// @param maxTokens longest sequence; longer input is refused
/// @param positions how tokens know where they are
/// @param scaleEmbedding whether embeddings are multiplied by sqrt(C)
/// @param embeddingNorm whether a layer norm stands behind them
/// @param dropout behind the embeddings
/// @param extraTokens E
/// @param extraTokensZero whether the first extra token starts at zero rather than N(0,1)
/// @param emaLocalEncoder whether the teacher has embeddings of its own
/// @param localGradMult factor on the gradient that reaches the embeddings; 0 freezes them
/// @param alibi attention biases, or null for none
/// @param prenet the context encoder
/// @param mask the masks
/// @param decoder the decoder
public record TextConfig(
    int vocabulary,
    int maxTokens,
    TextEmbeddings.Positions positions,
    boolean scaleEmbedding,
    boolean embeddingNorm,
    double dropout,
    int extraTokens,
    boolean extraTokensZero,
    boolean emaLocalEncoder,
    double localGradMult,
    @Nullable AlibiConfig alibi,
    PrenetConfig prenet,
    MaskConfig mask,
    DecoderConfig decoder)
    implements ModalityConfig {
  /// The token that fills short rows.
  public static final int PAD = 1;

  /// Checks the sizes.
  public TextConfig {
    ConfigChecks.that(
        vocabulary > 4, "vocabulary must hold more than the special tokens, got " + vocabulary);
    ConfigChecks.positive("maxTokens", maxTokens);
    ConfigChecks.probability("dropout", dropout);
    ConfigChecks.notNegative("extraTokens", extraTokens);
    ConfigChecks.ratio("localGradMult", localGradMult);
    ConfigChecks.that(
        localGradMult > 0 || mask.encode() == MaskConfig.Encode.VISIBLE,
        "localGradMult must be above 0 where mask.encode is all: what replaces masked tokens is learned through the embeddings' norm");
  }

  /// The embeddings.
  public TextEmbeddings embeddings() {
    return new TextEmbeddings(
        vocabulary, maxTokens, PAD, positions, scaleEmbedding, embeddingNorm, dropout);
  }

  @Override
  public int tokens(int length) {
    return length;
  }

  @Override
  public int maskAxes() {
    return 1;
  }

  @Override
  public boolean zeroMasked() {
    return true;
  }

  @Override
  public String key() {
    return "TEXT";
  }

  @Override
  public String section() {
    return "text";
  }
}
