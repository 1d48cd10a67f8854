package dev.d2v.tensor.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// The inner product of all compute-bound kernels: a tile of `c` is kept in registers while the
/// inner dimension runs. One tile a register file, chosen once; the lane width is only a number in
/// it.
///
/// A tile computes `c = a b + bias` or `c = a b + bias + d`. `d` has the layout of c and may be c;
/// null for none. The sum starts from zero and `d` is added at the end, because a sum that may
/// start from a loaded vector is boxed by the compiler. All offsets and leading dimensions are in
/// bytes.
final class GemmTile {
  /// Lanes of a vector.
  static final int V = Lanes.F.length();

  /// Bytes of a vector.
  static final long W = Lanes.F.vectorByteSize();

  /// Whether 32 vector registers are there: AVX-512 or an ARM processor.
  private static final boolean REGISTERS_32 = V == 16 || arm();

  /// Vectors across the widest tile.
  static final int VECTORS = REGISTERS_32 ? 4 : 2;

  /// Rows of the tile that [#columns] has, and of the widest tile of [#rows].
  static final int ROWS = 6;

  /// A multiple of every tile's rows.
  static final int ROW_STEP = 24;

  /// The longest inner dimension of one call of [#rows].
  static final int DEPTH = 256;

  /// Bytes from row to row of the packed `a` of [#rows]: a constant, so that rows differ by a
  /// constant in the address; longer than DEPTH by one line, so that rows do not fall on the same
  /// cache set.
  static final long LDA = 4L * (DEPTH + 16);

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private GemmTile() {}

  private static boolean arm() {
    return System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");
  }

  /// Rows of the tile with so many vectors across.
  static int rowsOf(int vectors) {
    return REGISTERS_32 ? ROW_STEP / vectors : ROWS;
  }

  /// A tile of `c = a b`. `a` is packed by rows, row stride [#LDA]; `b` is a packed panel: k times
  /// `vectors` vectors.
  ///
  /// @param vectors 1 or 4 with 32 registers, else 2
  /// @param biasAt where `vectors` vectors of bias lie in b
  static void rows(
      int vectors,
      MemorySegment c,
      long at,
      long ldc,
      @Nullable MemorySegment d,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      long biasAt,
      int k) {
    if (!REGISTERS_32) {
      GemmTile16.rows6x2(c, at, ldc, d, a, aAt, b, bAt, biasAt, k);
    } else if (vectors == 4) {
      GemmTile32.rows6x4(c, at, ldc, d, a, aAt, b, bAt, biasAt, k);
    } else {
      GemmTile32.rows24x1(c, at, ldc, d, a, aAt, b, bAt, biasAt, k);
    }
  }

  /// A tile of `c = a^T b`, [#ROWS] by [#VECTORS] vectors. `a` is a packed panel: k times ROWS
  /// floats; `b` has row stride ldb.
  static void columns(
      MemorySegment c,
      long at,
      long ldc,
      @Nullable MemorySegment d,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      long ldb,
      int k) {
    if (REGISTERS_32) {
      GemmTile32.columns6x4(c, at, ldc, d, a, aAt, b, bAt, ldb, k);
    } else {
      GemmTile16.columns6x2(c, at, ldc, d, a, aAt, b, bAt, ldb, k);
    }
  }

  static FloatVector load(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(Lanes.F, from, at, Lanes.ORDER);
  }

  static FloatVector splat(MemorySegment from, long at) {
    return FloatVector.broadcast(Lanes.F, from.get(FLOAT, at));
  }

  private static void store(FloatVector v, MemorySegment c, long at) {
    v.intoMemorySegment(c, at, Lanes.ORDER);
  }

  /// Writes a row of four vectors plus bias.
  static void write4(
      MemorySegment c,
      long at,
      @Nullable MemorySegment d,
      MemorySegment b,
      long biasAt,
      FloatVector v0,
      FloatVector v1,
      FloatVector v2,
      FloatVector v3) {
    write2(c, at, d, b, biasAt, v0, v1);
    write2(c, at + 2 * W, d, b, biasAt + 2 * W, v2, v3);
  }

  /// Writes a row of two vectors plus bias.
  static void write2(
      MemorySegment c,
      long at,
      @Nullable MemorySegment d,
      MemorySegment b,
      long biasAt,
      FloatVector v0,
      FloatVector v1) {
    write2(c, at, d, v0.add(load(b, biasAt)), v1.add(load(b, biasAt + W)));
  }

  /// Writes two rows of one vector plus bias.
  static void write2x1(
      MemorySegment c,
      long at,
      long ldc,
      @Nullable MemorySegment d,
      MemorySegment b,
      long biasAt,
      FloatVector v0,
      FloatVector v1) {
    FloatVector bias = load(b, biasAt);
    if (d == null) {
      store(v0.add(bias), c, at);
      store(v1.add(bias), c, at + ldc);
    } else {
      store(v0.add(bias).add(load(d, at)), c, at);
      store(v1.add(bias).add(load(d, at + ldc)), c, at + ldc);
    }
  }

  /// Writes a row of four vectors.
  static void write4(
      MemorySegment c,
      long at,
      @Nullable MemorySegment d,
      FloatVector v0,
      FloatVector v1,
      FloatVector v2,
      FloatVector v3) {
    write2(c, at, d, v0, v1);
    write2(c, at + 2 * W, d, v2, v3);
  }

  /// Writes a row of two vectors.
  static void write2(
      MemorySegment c, long at, @Nullable MemorySegment d, FloatVector v0, FloatVector v1) {
    if (d == null) {
      store(v0, c, at);
      store(v1, c, at + W);
    } else {
      store(v0.add(load(d, at)), c, at);
      store(v1.add(load(d, at + W)), c, at + W);
    }
  }
}
