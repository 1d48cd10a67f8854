package dev.d2v.model.v1;

/// A RoBERTa-like encoder of text.
///
/// @param layers sizes of the transformer layers
/// @param vocabulary rows of the table of tokens
/// @param positions rows of the table of positions; a text has at most `positions - padding - 1`
///   tokens
/// @param types rows of the table of token types
/// @param padding id of padding
/// @param placement how positions enter
/// @param tied whether the head of masked tokens reads the table of tokens
/// @param head what makes the logits
/// @param labels width of the logits
public record TextConfig(
    LayerConfig layers,
    int vocabulary,
    int positions,
    int types,
    int padding,
    Placement placement,
    boolean tied,
    Head head,
    int labels)
    implements Data2Vec1Config {
  /// How positions enter: `position_embedding_type`.
  public enum Placement {
    /// A learned table is added to the tokens.
    ABSOLUTE,
    /// Scores have a term `q_i . d[i-j]`, d learned.
    RELATIVE_KEY,
    /// Scores have terms `q_i . d[i-j] + k_j . d[i-j]`.
    RELATIVE_KEY_QUERY
  }

  /// Checks the sizes.
  public TextConfig {
    if (vocabulary < 1 || types < 1 || padding < 0 || padding >= vocabulary) {
      throw new IllegalArgumentException(
          "vocab_size (%d) and type_vocab_size (%d) must be positive and pad_token_id (%d) one of the vocabulary"
              .formatted(vocabulary, types, padding));
    }
    if (positions <= padding + 1) {
      throw new IllegalArgumentException(
          "max_position_embeddings (%d) must be above pad_token_id (%d) + 1"
              .formatted(positions, padding));
    }
  }

  @Override
  public String key() {
    return "TEXT";
  }

  /// The most tokens of a text.
  public int maxTokens() {
    return positions - padding - 1;
  }
}
