package dev.d2v.nn.layer;

/// Attention with linear biases: `bias[h,i,j] = -m_h * distance(i,j)`, added to the scores.
///
/// Where: m_h the slope of head h, i and j positions before any token was removed.
public final class Alibi {
  /// Distance on a grid of patches.
  public enum Distance {
    /// `|dx| + |dy|`.
    MANHATTAN,
    /// `sqrt(dx^2 + dy^2)`.
    EUCLIDEAN
  }

  private Alibi() {}

  /// The slopes of H heads: `m_h = 2^(-8 (h+1) / H)` for a power of two; otherwise those of the
  /// power of two below, followed by every other one of the next power of two.
  public static double[] slopes(int heads) {
    if (heads < 1) {
      throw new IllegalArgumentException("ALiBi: heads must be at least 1, got " + heads);
    }
    int power = Integer.highestOneBit(heads);
    double[] slopes = new double[heads];
    for (int h = 0; h < heads; h++) {
      slopes[h] =
          h < power
              ? Math.pow(2, -8.0 * (h + 1) / power)
              : Math.pow(2, -8.0 * (2 * (h - power) + 1) / (2 * power));
    }
    return slopes;
  }

  /// The bias for a sequence, (H,T,T): distance `|i-j|`.
  public static float[] table1d(int heads, int T) {
    double[] slopes = slopes(heads);
    float[] table = new float[Math.multiplyExact(heads, Math.multiplyExact(T, T))];
    for (int h = 0, at = 0; h < heads; h++) {
      for (int i = 0; i < T; i++) {
        for (int j = 0; j < T; j++, at++) {
          table[at] = bias(slopes[h], Math.abs(i - j));
        }
      }
    }
    return table;
  }

  /// The bias for a square grid of `side * side` tokens, row by row, (H,T,T).
  public static float[] table2d(int heads, int side, Distance distance) {
    double[] slopes = slopes(heads);
    int T = Math.multiplyExact(side, side);
    float[] table = new float[Math.multiplyExact(heads, Math.multiplyExact(T, T))];
    for (int h = 0, at = 0; h < heads; h++) {
      for (int i = 0; i < T; i++) {
        for (int j = 0; j < T; j++, at++) {
          int dy = Math.abs(i / side - j / side);
          int dx = Math.abs(i % side - j % side);
          table[at] =
              bias(
                  slopes[h],
                  switch (distance) {
                    case MANHATTAN -> dx + dy;
                    case EUCLIDEAN -> Math.sqrt(dx * dx + dy * dy);
                  });
        }
      }
    }
    return table;
  }

  // Subtracted from zero, so that the diagonal is 0 and not -0.
  private static float bias(double slope, double distance) {
    return (float) (0 - slope * distance);
  }
}
