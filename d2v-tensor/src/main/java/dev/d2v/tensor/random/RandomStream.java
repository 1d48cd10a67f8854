package dev.d2v.tensor.random;

/// Numbers drawn one after another on the host from one Philox stream: masks, initial weights, data
/// order, crops. Not safe for several threads; make one where it is used.
public final class RandomStream {
  private final long seed;
  private final int stream;
  private final int update;
  private int item;
  private final int[] words = new int[4];
  private int block;
  private int next = 4;

  /// The stream (seed, purpose, update, item), at its beginning.
  public RandomStream(long seed, int stream, int update, int item) {
    this.seed = seed;
    this.stream = stream;
    this.update = update;
    this.item = item;
  }

  /// Goes to the beginning of another item's stream of the same seed, purpose and update.
  public void restart(int item) {
    this.item = item;
    block = 0;
    next = 4;
  }

  /// 32 random bits.
  public int nextInt() {
    if (next == 4) {
      Philox.words(words, seed, block++, stream, update, item);
      next = 0;
    }
    return words[next++];
  }

  /// Uniform in [0, bound), without bias (rejection).
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive, got " + bound);
    }
    long limit = (1L << 32) / bound * bound;
    while (true) {
      long u = nextInt() & 0xffffffffL;
      if (u < limit) {
        return (int) (u % bound);
      }
    }
  }

  /// Uniform in [0,1) with 53 bits.
  public double nextDouble() {
    long high = nextInt() & 0xffffffffL;
    long low = nextInt() & 0xffffffffL;
    return ((high << 21) ^ (low >>> 11)) * 0x1p-53;
  }

  /// Standard normal.
  public double nextGaussian() {
    double u1 = 1 - nextDouble();
    double u2 = nextDouble();
    return Math.sqrt(-2 * Math.log(u1)) * Math.cos(2 * Math.PI * u2);
  }

  /// Shuffles in place (Fisher-Yates).
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int t = values[i];
      values[i] = values[j];
      values[j] = t;
    }
  }
}
