package dev.d2v.tensor.kernel.vector;

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
record GemmBlock(
    MemorySegment c, long ldc, @Nullable MemorySegment d, MemorySegment bias, MemorySegment tile) {

  /// Multiplies panels of `rows` rows of a with one panel of b, of which `width` columns are there.
  ///
  /// @param at where the block starts in c and d
  void multiply(
      long at,
      MemorySegment a,
      int rows,
      MemorySegment b,
      long bAt,
      long ldb,
      long biasAt,
      int width,
      int k) {
    for (int i = 0; i < rows; i += ROWS) {
      GemmTile.multiply(tile, a, 4L * i * k, b, bAt, ldb, k);
      int count = Math.min(ROWS, rows - i);
      if (d == null) {
        assign(at + ldc * i, count, biasAt, VECTORS * W, width);
      } else {
        add(d, at + ldc * i, count, biasAt, VECTORS * W, width);
      }
    }
  }

  private void assign(long at, int rows, long biasAt, long ldt, int width) {
    int j = 0;
    for (; j <= width - V; j += V) {
      FloatVector z = load(bias, biasAt + 4L * j);
      for (int i = 0; i < rows; i++) {
        store(load(tile, ldt * i + 4L * j).add(z), c, at + ldc * i + 4L * j);
      }
    }
    for (; j < width; j++) {
      float z = bias.get(FLOAT, biasAt + 4L * j);
      for (int i = 0; i < rows; i++) {
        c.set(FLOAT, at + ldc * i + 4L * j, tile.get(FLOAT, ldt * i + 4L * j) + z);
      }
    }
  }

  private void add(MemorySegment d, long at, int rows, long biasAt, long ldt, int width) {
    int j = 0;
    for (; j <= width - V; j += V) {
      FloatVector z = load(bias, biasAt + 4L * j);
      for (int i = 0; i < rows; i++) {
        long q = at + ldc * i + 4L * j;
        store(load(tile, ldt * i + 4L * j).add(z).add(load(d, q)), c, q);
      }
    }
    for (; j < width; j++) {
      float z = bias.get(FLOAT, biasAt + 4L * j);
      for (int i = 0; i < rows; i++) {
        long q = at + ldc * i + 4L * j;
        c.set(FLOAT, q, tile.get(FLOAT, ldt * i + 4L * j) + z + d.get(FLOAT, q));
      }
    }
  }
}
