package dev.d2v.tensor.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/// The inner product of all compute-bound kernels: a tile of the result is kept in registers while
/// the inner dimension runs, and then put into a small buffer. One tile a register file, chosen
/// once; the lane width is only a number in it.
///
/// The left operand is a packed panel: for each step of the inner dimension as many floats as the
/// tile has rows (see [Packing]). The right one is a panel with rows at any stride.
final class GemmTile {
  /// Lanes of a vector.
  static final int V = Lanes.F.length();

  /// Bytes of a vector.
  static final long W = Lanes.F.vectorByteSize();

  /// A float anywhere.
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /// Whether 32 vector registers are there: AVX-512 or an ARM processor.
  private static final boolean REGISTERS_32 = V == 16 || arm();

  /// Vectors across the wide tile.
  static final int VECTORS = REGISTERS_32 ? 4 : 2;

  /// Rows of the wide tile.
  static final int ROWS = 6;

  /// Rows of the tile that is one vector wide; a multiple of ROWS.
  static final int TALL_ROWS = 24;

  /// Whether there is a tile that is one vector wide.
  static final boolean TALL = REGISTERS_32;

  /// Bytes of the buffer for a tile.
  static final long BYTES = TALL_ROWS * W;

  private GemmTile() {}

  private static boolean arm() {
    return System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");
  }

  /// Rows of the tile with so many vectors across.
  static int rows(int vectors) {
    return vectors == VECTORS ? ROWS : TALL_ROWS;
  }

  /// `t = a b` over k steps: rows(vectors) by `vectors` vectors.
  ///
  /// @param vectors VECTORS, or 1 for the tall tile
  /// @param ldb bytes from one row of b to the next
  static void multiply(
      int vectors,
      MemorySegment t,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      long ldb,
      int k) {
    if (!REGISTERS_32) {
      GemmTile16.tile6x2(t, a, aAt, b, bAt, ldb, k);
    } else if (vectors == VECTORS) {
      GemmTile32.tile6x4(t, a, aAt, b, bAt, ldb, k);
    } else {
      GemmTile32.tile24x1(t, a, aAt, b, bAt, ldb, k);
    }
  }

  static FloatVector load(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(Lanes.F, from, at, Lanes.ORDER);
  }

  static void store(FloatVector v, MemorySegment to, long at) {
    v.intoMemorySegment(to, at, Lanes.ORDER);
  }
}
