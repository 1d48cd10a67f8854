package dev.d2v.tensor.random;

/// Philox4x32-10 (Salmon et al., 2011): a bijection of a 128-bit counter under a 64-bit key. Four
/// words out per counter; no state, so any number can be drawn anywhere, in any order.
///
/// Layout used everywhere in d2v: key = (seed low, seed high); counter = (block, stream, update,
/// item), where block counts groups of four numbers within a stream, stream names the purpose,
/// update the optimiser update and item the micro-batch or sample. Uniform number i of a stream is
/// [#uniform(int)] of word `i mod 4` of block `i / 4`, normal number i is [#normal(int[],int)] of
/// the same block with `i mod 4`.
///
/// Kernels take the seed from [dev.d2v.tensor.kernel.StepNumbers#SEED_LOW] and `SEED_HIGH`, the
/// update from `UPDATE` and the item from `MICRO_BATCH`.
public final class Philox {
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final float TO_FLOAT = 0x1p-24f;

  private Philox() {}

  /// The four words of one counter, into `out[0..3]`.
  public static void words(int[] out, long seed, int block, int stream, int update, int item) {
    int c0 = block;
    int c1 = stream;
    int c2 = update;
    int c3 = item;
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = (M0 & 0xffffffffL) * (c0 & 0xffffffffL);
      long p1 = (M1 & 0xffffffffL) * (c2 & 0xffffffffL);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += W0;
      k1 += W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }

  /// A word as a float in [0,1) with 24 bits.
  public static float uniform(int word) {
    return (word >>> 8) * TO_FLOAT;
  }

  /// Element `word` in [0,4) of a block's standard normal numbers. A pair of words (a, b) gives a
  /// pair of numbers (Box-Muller): with `u = 1 - uniform(a)`, in (0,1], and `v = uniform(b)`,
  ///
  /// ```
  /// number 0 = sqrt(-2 ln u) cos(2 pi v),  number 1 = sqrt(-2 ln u) sin(2 pi v)     a, b = words 0, 1
  /// number 2 = sqrt(-2 ln u) cos(2 pi v),  number 3 = sqrt(-2 ln u) sin(2 pi v)     a, b = words 2, 3
  /// ```
  public static double normal(int[] words, int word) {
    double radius = Math.sqrt(-2 * Math.log(1 - uniform(words[word & 2])));
    double angle = 2 * Math.PI * uniform(words[word | 1]);
    return radius * ((word & 1) == 0 ? Math.cos(angle) : Math.sin(angle));
  }
}
