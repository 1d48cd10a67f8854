package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.REGISTERS_32;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;

/// The inner product of [RowGemm], for a left operand whose rows lie along the inner dimension: a
/// tile of the result is kept in registers while the inner dimension runs. One height a register
/// file, chosen once; the lane width is only a number in it.
///
/// Rows of a are copied to a constant distance, which no transposition is needed for, so that the
/// address of each of their elements is one index plus a constant. b lies in panels as wide as the
/// tile, k rows of [#WIDTH].
final class RowTile {
  /// Columns of the tile: two vectors.
  static final int WIDTH = 2 * V;

  /// Rows of the tile: as many as 32 or 16 vector registers hold sums of.
  static final int ROWS = REGISTERS_32 ? 12 : 6;

  /// Bytes of a tile in a buffer.
  static final long BYTES = 2 * W * ROWS;

  /// The longest inner dimension at once: so many columns of a strip of a fill two thirds of a
  /// first-level cache of 32 KB.
  static final int DEPTH = 512;

  /// Floats between two rows of a: no multiple of 4 KB, lest they fall on the same sets of the
  /// first-level cache.
  static final int LD = DEPTH + 16;

  private RowTile() {}

  /// `c = a b + z` over k steps.
  ///
  /// @param c address of the tile; at least `rows` rows are stored, at most ROWS
  /// @param ldc bytes from one of its rows to the next
  /// @param z a row that is added to each, from `zt` on
  /// @param a (ROWS,k) from `at` on, LD from row to row
  /// @param b (k,WIDTH) from `bt` on
  /// @param ahead what to ask the memory for meanwhile
  static void product(
      long c,
      long ldc,
      int rows,
      float[] z,
      int zt,
      float[] a,
      int at,
      float[] b,
      int bt,
      int k,
      Ahead ahead) {
    if (ROWS == 12 && rows > 6) {
      RowTile12.product(c, ldc, z, zt, a, at, b, bt, k, ahead);
    } else {
      RowTile6.product(c, ldc, z, zt, a, at, b, bt, k, ahead);
    }
  }
}
