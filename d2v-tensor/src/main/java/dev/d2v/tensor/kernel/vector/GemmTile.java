package dev.d2v.tensor.kernel.vector;

import java.util.Locale;

/// The inner product of all compute-bound kernels: a tile of the result is kept in registers while
/// the inner dimension runs, and then put into a small buffer. One tile a register file, chosen
/// once; the lane width is only a number in it.
///
/// Both operands run down the inner dimension: what lies along rows is transposed by [Packing]
/// first, which takes fewer instructions than to read six rows at once.
final class GemmTile {
  /// Lanes of a vector.
  static final int V = Lanes.F.length();

  /// Bytes of a vector.
  static final long W = Lanes.F.vectorByteSize();

  /// Whether 32 vector registers are there: AVX-512 or an ARM processor.
  static final boolean REGISTERS_32 = V == 16 || arm();

  /// Vectors across the tile.
  static final int VECTORS = REGISTERS_32 ? 4 : 2;

  /// Columns of the tile.
  static final int WIDTH = VECTORS * V;

  /// Rows of the tile.
  static final int ROWS = 6;

  /// The longest inner dimension that callers should ask for at once: panels of that length stay
  /// near the first-level cache.
  static final int DEPTH = 256;

  /// Bytes of the buffer for a tile.
  static final long BYTES = ROWS * (VECTORS * W);

  private GemmTile() {}

  private static boolean arm() {
    return System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");
  }

  /// `t = a^T b` over k steps, by address.
  ///
  /// @param t where the tile goes, (ROWS, VECTORS vectors)
  /// @param a (k,ROWS) with `la` bytes from row to row
  /// @param b (k, VECTORS vectors) with `lb` bytes from row to row
  static void product(long t, long a, long la, long b, long lb, int k) {
    if (REGISTERS_32) {
      GemmTile32.product(t, a, la, b, lb, k);
    } else {
      GemmTile16.product(t, a, la, b, lb, k);
    }
  }
}
