package dev.d2v.tensor.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/// The inner product of all compute-bound kernels: a tile of the result is kept in registers while
/// the inner dimension runs, and then put into a small buffer. One tile a register file, chosen
/// once; the lane width is only a number in it.
///
/// The left operand is read where it lies, by rows ([#rows]) or, transposed, by columns
/// ([#columns]); the right one is a panel as wide as the tile with rows at any stride.
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

  /// `t = a b` over k steps; a (ROWS,k) with `lda` bytes from row to row, b (k, VECTORS vectors)
  /// with `ldb` bytes from row to row.
  static void rows(
      MemorySegment t,
      MemorySegment a,
      long aAt,
      long lda,
      MemorySegment b,
      long bAt,
      long ldb,
      int k) {
    if (REGISTERS_32) {
      GemmTile32.rows(t, a, aAt, lda, b, bAt, ldb, k);
    } else {
      GemmTile16.rows(t, a, aAt, lda, b, bAt, ldb, k);
    }
  }

  /// `t = a^T b` over k steps; a (k,ROWS) with `lda` bytes from row to row, b as in [#rows].
  static void columns(
      MemorySegment t,
      MemorySegment a,
      long aAt,
      long lda,
      MemorySegment b,
      long bAt,
      long ldb,
      int k) {
    if (REGISTERS_32) {
      GemmTile32.columns(t, a, aAt, lda, b, bAt, ldb, k);
    } else {
      GemmTile16.columns(t, a, aAt, lda, b, bAt, ldb, k);
    }
  }

  static FloatVector load(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(Lanes.F, from, at, Lanes.ORDER);
  }

  static void store(FloatVector v, MemorySegment to, long at) {
    v.intoMemorySegment(to, at, Lanes.ORDER);
  }
}
