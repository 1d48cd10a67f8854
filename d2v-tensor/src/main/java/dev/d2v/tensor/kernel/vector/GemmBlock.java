package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DEPTH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.VECTORS;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import jdk.incubator.vector.FloatVector;

/// Where the tiles of a block go: `c = tile + bias`, or `c = tile + bias + d`. All by address.
///
/// @param ldc bytes from one row of c and of d to the next
/// @param d how many bytes d, which is added, lies behind c: 0 for c itself
/// @param adds whether there is a d
/// @param tile the buffer of a tile, the thread's own
/// @param edge EDGE_BYTES for columns of a at its border, the thread's own
record GemmBlock(long ldc, long d, boolean adds, long tile, long edge) {
  /// Bytes of `edge`.
  static final long EDGE_BYTES = 4L * ROWS * DEPTH;

  /// A panel of a, (k,ROWS), against one of b, of which `width` columns are there.
  ///
  /// @param c where the tile goes
  /// @param rows rows of c that are there, at most ROWS
  /// @param bias the bias, padded to the width of a tile
  void tile(long c, int rows, long a, long la, long b, long lb, long bias, int width, int k) {
    GemmTile.product(tile, a, la, b, lb, k);
    if (adds) {
      add(c, rows, bias, width);
    } else {
      assign(c, rows, bias, width);
    }
  }

  /// `columns` columns of a, which lie side by side, against one panel of b. The last tile reads a
  /// copy, for a may end there.
  void columns(long c, int columns, long a, long la, long b, long lb, long bias, int width, int k) {
    int i = 0;
    for (; i <= columns - ROWS; i += ROWS) {
      tile(c + ldc * i, ROWS, a + 4L * i, la, b, lb, bias, width, k);
    }
    if (i < columns) {
      Packing.panel(edge, a + 4L * i, la, k, columns - i, ROWS);
      tile(c + ldc * i, columns - i, edge, 4L * ROWS, b, lb, bias, width, k);
    }
  }

  private void assign(long c, int rows, long bias, int width) {
    int j = 0;
    for (; j <= width - V; j += V) {
      FloatVector z = load(bias + 4L * j);
      for (int i = 0; i < rows; i++) {
        store(load(tile + VECTORS * W * i + 4L * j).add(z), c + ldc * i + 4L * j);
      }
    }
    for (; j < width; j++) {
      float z = get(bias + 4L * j);
      for (int i = 0; i < rows; i++) {
        set(c + ldc * i + 4L * j, get(tile + VECTORS * W * i + 4L * j) + z);
      }
    }
  }

  private void add(long c, int rows, long bias, int width) {
    int j = 0;
    for (; j <= width - V; j += V) {
      FloatVector z = load(bias + 4L * j);
      for (int i = 0; i < rows; i++) {
        long q = c + ldc * i + 4L * j;
        store(load(tile + VECTORS * W * i + 4L * j).add(z).add(load(q + d)), q);
      }
    }
    for (; j < width; j++) {
      float z = get(bias + 4L * j);
      for (int i = 0; i < rows; i++) {
        long q = c + ldc * i + 4L * j;
        set(q, get(tile + VECTORS * W * i + 4L * j) + z + get(q + d));
      }
    }
  }
}
