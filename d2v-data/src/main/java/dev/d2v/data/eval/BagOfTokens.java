package dev.d2v.data.eval;

/// What a sceptic would know of texts without any encoder: which tokens they have, and how often.
///
/// `x[j] = log(1 + n_j)`, n_j how often token j occurs, scaled to unit length. Vocabularies of more
/// than [#WIDEST] tokens are hashed.
public final class BagOfTokens {
  /// The most numbers of a text.
  public static final int WIDEST = 4_096;

  private BagOfTokens() {}

  /// One row a text.
  ///
  /// @param texts tokens of each, special ones included
  /// @param vocabulary V; every token is in [0, V)
  public static Features of(int[][] texts, int vocabulary) {
    int width = Math.min(vocabulary, WIDEST);
    float[] values = new float[Math.multiplyExact(texts.length, width)];
    for (int i = 0; i < texts.length; i++) {
      for (int token : texts[i]) {
        values[i * width + column(token, vocabulary)]++;
      }
      double square = 0;
      for (int j = i * width; j < (i + 1) * width; j++) {
        values[j] = (float) Math.log1p(values[j]);
        square += values[j] * values[j];
      }
      float scale = square > 0 ? (float) (1 / Math.sqrt(square)) : 0;
      for (int j = i * width; j < (i + 1) * width; j++) {
        values[j] *= scale;
      }
    }
    return new Features(values, texts.length, width);
  }

  private static int column(int token, int vocabulary) {
    // multiplication by the golden ratio spreads neighbours; the upper 12 bits are kept
    return vocabulary <= WIDEST ? token : (token * 0x9e3779b1) >>> 20;
  }
}
