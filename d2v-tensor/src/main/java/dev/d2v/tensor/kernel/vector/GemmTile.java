package dev.d2v.tensor.kernel.vector;

import java.util.Locale;

/// The inner product of all products: a tile of the result is kept in registers while the inner
/// dimension runs, and then stored. One height a register file, chosen once; the lane width is only
/// a number in it.
///
/// b is packed in panels as wide as the tile, k rows of [#WIDTH]. Of a there are two forms. By
/// rows, where its rows lie along the inner dimension: they are copied to a constant distance, so
/// that the address of every element is one index plus a constant and nothing needs transposing
/// ([Strips]). By columns, where they lie across: panels of one or a few tiles, k rows of [#HIGH].
final class GemmTile {
  /// Lanes of a vector.
  static final int V = Lanes.F.length();

  /// Bytes of a vector.
  static final long W = Lanes.F.vectorByteSize();

  /// Columns of the tile: two vectors.
  static final int WIDTH = 2 * V;

  /// Rows of the tile: as many as 32 vector registers (AVX-512, ARM) or 16 hold sums of.
  static final int ROWS = V == 16 || arm() ? 12 : 5;

  /// Columns of a panel of a: a multiple both of the height of a tile and of a vector.
  static final int HIGH = ROWS == 5 ? 5 * V : Math.max(12, 3 * V);

  /// Bytes of a tile in a buffer.
  static final long BYTES = 2 * W * ROWS;

  /// The longest inner dimension at once. A strip of a need not fit the first-level cache: a tile
  /// reads a line of each of its rows in sixteen steps, and the second level is fast enough.
  static final int DEPTH = 1536;

  /// Floats from a row of a strip of a to the next. With 12 rows they are interleaved, 16 floats at
  /// a time. With 5 they lie apart, by what spreads them evenly over the sets of a cache: an index
  /// then costs one instruction, and with 16 registers the loop has none to spare.
  static final int DISTANCE = ROWS == 12 ? 16 : 16 * (4 * 64 + 13);

  /// Floats from 16 elements of a row of a strip to the next 16.
  static final int SLAB = ROWS == 12 ? 16 * ROWS : 16;

  private GemmTile() {}

  private static boolean arm() {
    return System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");
  }

  /// `c = a b + z` over k steps, a by rows.
  ///
  /// @param c address of the tile; at least `rows` rows are stored, at most ROWS
  /// @param ldc bytes from one of its rows to the next
  /// @param z a row that is added to each, from `zt` on
  /// @param a a strip from `at` on: element (i, p) at `p / 16 * SLAB + i * DISTANCE + p % 16`
  /// @param b (k,WIDTH) from `bt` on
  static void rows(
      long c, long ldc, int rows, float[] z, int zt, float[] a, int at, float[] b, int bt, int k) {
    if (ROWS == 12 && rows > 5) {
      GemmTile12.rows(c, ldc, z, zt, a, at, b, bt, k);
    } else {
      GemmTile5.rows(c, ldc, z, zt, a, at, b, bt, k);
    }
  }

  /// `c = a b` over k steps for a panel of b of which only the first vector is there, a by rows: a
  /// tile one vector wide. See [#rows].
  static void narrow(long c, long ldc, int rows, float[] a, int at, float[] b, int bt, int k) {
    if (ROWS == 12 && rows > 5) {
      GemmTile12.narrow(c, ldc, a, at, b, bt, k);
    } else {
      GemmTile5.narrow(c, ldc, a, at, b, bt, k);
    }
  }

  /// `c = a^T b` over k steps, a by columns.
  ///
  /// @param c address of the tile; at least `rows` rows are stored, at most ROWS
  /// @param ldc bytes from one of its rows to the next
  /// @param a (k,ROWS) from `at` on, HIGH from row to row
  /// @param b (k,WIDTH) from `bt` on
  static void columns(long c, long ldc, int rows, float[] a, int at, float[] b, int bt, int k) {
    if (ROWS == 12 && rows > 5) {
      GemmTile12.columns(c, ldc, a, at, b, bt, k);
    } else {
      GemmTile5.columns(c, ldc, a, at, b, bt, k);
    }
  }
}
