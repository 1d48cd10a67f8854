package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
import static dev.d2v.tensor.kernel.vector.GemmTile.FLOAT;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.VECTORS;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.load;
import static dev.d2v.tensor.kernel.vector.GemmTile.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Where the tiles of a block go: `c = tile + bias`, or `c = tile + bias + d`.
///
/// @param c the result
/// @param ldc bytes from one row of c and of d to the next
/// @param d what is added, of c's layout, or c itself; null for nothing
/// @param bias holds the bias at biasAt of each call, padded to the width of a tile
/// @param tile the buffer of a tile, the thread's own
/// @param edge EDGE_BYTES for rows of a at its border, the thread's own
record GemmBlock(
    MemorySegment c,
    long ldc,
    @Nullable MemorySegment d,
    MemorySegment bias,
    MemorySegment tile,
    MemorySegment edge) {
  /// Bytes of `edge`.
  static final long EDGE_BYTES = 4L * ROWS * DEPTH;

  /// `rows` rows of a against one panel of b, of which `width` columns are there. The last tile
  /// reads a copy of its rows, for a may end there.
  ///
  /// @param at where the block starts in c and d
  void rows(
      long at,
      MemorySegment a,
      long aAt,
      long lda,
      int rows,
      MemorySegment b,
      long bAt,
      long biasAt,
      int width,
      int k) {
    int i = 0;
    for (; i <= rows - ROWS; i += ROWS) {
      GemmTile.rows(tile, a, aAt + lda * i, lda, b, bAt, VECTORS * W, k);
      write(at + ldc * i, ROWS, biasAt, width);
    }
    if (i < rows) {
      Packing.panel(edge, 0, a, aAt + lda * i, lda / 4, rows - i, k, k);
      GemmTile.rows(tile, edge, 0, 4L * k, b, bAt, VECTORS * W, k);
      write(at + ldc * i, rows - i, biasAt, width);
    }
  }

  /// The same for columns of a.
  void columns(
      long at,
      MemorySegment a,
      long aAt,
      long lda,
      int columns,
      MemorySegment b,
      long bAt,
      long ldb,
      long biasAt,
      int width,
      int k) {
    int i = 0;
    for (; i <= columns - ROWS; i += ROWS) {
      GemmTile.columns(tile, a, aAt + 4L * i, lda, b, bAt, ldb, k);
      write(at + ldc * i, ROWS, biasAt, width);
    }
    if (i < columns) {
      Packing.panel(edge, 0, a, aAt + 4L * i, lda / 4, k, columns - i, ROWS);
      GemmTile.columns(tile, edge, 0, 4L * ROWS, b, bAt, ldb, k);
      write(at + ldc * i, columns - i, biasAt, width);
    }
  }

  private void write(long at, int rows, long biasAt, int width) {
    if (d == null) {
      assign(at, rows, biasAt, width);
    } else {
      add(d, at, rows, biasAt, width);
    }
  }

  private void assign(long at, int rows, long biasAt, int width) {
    int j = 0;
    for (; j <= width - V; j += V) {
      FloatVector z = load(bias, biasAt + 4L * j);
      for (int i = 0; i < rows; i++) {
        store(load(tile, VECTORS * W * i + 4L * j).add(z), c, at + ldc * i + 4L * j);
      }
    }
    for (; j < width; j++) {
      float z = bias.get(FLOAT, biasAt + 4L * j);
      for (int i = 0; i < rows; i++) {
        c.set(FLOAT, at + ldc * i + 4L * j, tile.get(FLOAT, VECTORS * W * i + 4L * j) + z);
      }
    }
  }

  private void add(MemorySegment d, long at, int rows, long biasAt, int width) {
    int j = 0;
    for (; j <= width - V; j += V) {
      FloatVector z = load(bias, biasAt + 4L * j);
      for (int i = 0; i < rows; i++) {
        long q = at + ldc * i + 4L * j;
        store(load(tile, VECTORS * W * i + 4L * j).add(z).add(load(d, q)), c, q);
      }
    }
    for (; j < width; j++) {
      float z = bias.get(FLOAT, biasAt + 4L * j);
      for (int i = 0; i < rows; i++) {
        long q = at + ldc * i + 4L * j;
        c.set(FLOAT, q, tile.get(FLOAT, VECTORS * W * i + 4L * j) + z + d.get(FLOAT, q));
      }
    }
  }
}
