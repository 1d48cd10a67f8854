package dev.d2v.model.text;

/// The embeddings before a text model's blocks.
///
/// @param vocabulary number of token ids
/// @param maxTokens T at most
/// @param paddingId the id that fills up short texts
/// @param positions what is added to tokens
/// @param scaled whether token embeddings are multiplied by sqrt(C)
/// @param norm whether a layer norm follows
/// @param dropout probability of the dropout behind it, in training
public record TextEmbeddings(
    int vocabulary,
    int maxTokens,
    int paddingId,
    Positions positions,
    boolean scaled,
    boolean norm,
    double dropout) {
  /// Positions of tokens.
  public enum Positions {
    /// A trained table, as in all published text models.
    LEARNED,
    /// A table of sines and cosines.
    SINUSOIDAL,
    /// None: the model has them elsewhere.
    NONE
  }

  /// Checks that the sizes make sense.
  public TextEmbeddings {
    if (vocabulary < 1 || maxTokens < 1 || paddingId < 0 || paddingId >= vocabulary) {
      throw new IllegalArgumentException(
          "text: vocabulary (%d) and maxTokens (%d) must be positive, and the padding id (%d) one of the vocabulary"
              .formatted(vocabulary, maxTokens, paddingId));
    }
  }

  /// That of the published models: learned positions, padding id 1, not scaled, a norm, dropout
  /// 0.1.
  public static TextEmbeddings published(int vocabulary, int maxTokens) {
    return new TextEmbeddings(vocabulary, maxTokens, 1, Positions.LEARNED, false, true, 0.1);
  }

  /// Rows of the table of positions: ids count from `paddingId + 1`, padding has the id of its own.
  public int positionRows() {
    return Math.addExact(maxTokens, paddingId + 1);
  }
}
