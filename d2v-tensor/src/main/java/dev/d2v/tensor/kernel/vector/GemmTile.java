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

  /// Vectors across the tile.
  static final int VECTORS = REGISTERS_32 ? 4 : 2;

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

  /// `t = a b` over k steps.
  ///
  /// @param ldb bytes from one row of b to the next
  static void multiply(
      MemorySegment t, MemorySegment a, long aAt, MemorySegment b, long bAt, long ldb, int k) {
    if (REGISTERS_32) {
      GemmTile32.tile6x4(t, a, aAt, b, bAt, ldb, k);
    } else {
      GemmTile16.tile6x2(t, a, aAt, b, bAt, ldb, k);
    }
  }

  static FloatVector load(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(Lanes.F, from, at, Lanes.ORDER);
  }

  static void store(FloatVector v, MemorySegment to, long at) {
    v.intoMemorySegment(to, at, Lanes.ORDER);
  }
}
