package dev.d2v.model.text;

import dev.d2v.model.PositionTables;
import dev.d2v.nn.layer.Embedding;
import java.util.Arrays;

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

  /// What [TextLocalEncoder] reads, for the host to upload as (2,B,T) I32: the indices of the
  /// tokens, then those of their positions. Fails on texts longer than the table of positions, and
  /// on ids that the vocabulary does not have.
  ///
  /// @param ids (B,T) token ids
  public int[] indices(int[] ids, int T) {
    if (positions != Positions.NONE && T > maxTokens) {
      throw new IllegalArgumentException(
          "text: a sequence of %d tokens, but the model has positions for %d; cut the text into shorter sequences, or train with a larger maxTokens"
              .formatted(T, maxTokens));
    }
    int[] places = PositionTables.tokenPositions(ids, T, paddingId);
    int[] all = Arrays.copyOf(Embedding.index(ids, vocabulary, paddingId), 2 * ids.length);
    int[] second =
        positions == Positions.LEARNED
            ? Embedding.index(places, positionRows(), paddingId)
            : places;
    System.arraycopy(second, 0, all, ids.length, ids.length);
    return all;
  }
}
