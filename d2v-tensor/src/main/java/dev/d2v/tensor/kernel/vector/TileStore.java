package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

/// The way of a tile of [GemmTile] that cannot be stored where it belongs: only a part of it is
/// there, or something is to be done with it. It lies in a buffer, with rows as wide as a tile, and
/// all is by address.
final class TileStore {
  private TileStore() {}

  /// Asks for the memory of a tile that will be stored in a while: a store into each of its lines
  /// waits in the background, where those of the whole tile would hold up the next products.
  static void expect(long c, long ldc) {
    for (int i = 0; i < GemmTile.ROWS; i++) {
      set(c + ldc * i, 0);
      set(c + ldc * i + W, 0);
    }
  }

  /// `c = tile`, the first `rows` rows and `width` columns.
  static void assign(long c, long ldc, long tile, int rows, int width) {
    for (int i = 0; i < rows; i++) {
      Packing.copy(c + ldc * i, tile + 2 * W * i, width);
    }
  }

  /// `c = tile + d`; d lies `behind` bytes behind c, 0 for c itself.
  static void add(long c, long ldc, long behind, long tile, int rows, int width) {
    for (int i = 0; i < rows; i++) {
      long q = c + ldc * i;
      long t = tile + 2 * W * i;
      int j = 0;
      for (; j <= width - V; j += V) {
        store(load(t + 4L * j).add(load(q + behind + 4L * j)), q + 4L * j);
      }
      for (; j < width; j++) {
        set(q + 4L * j, get(t + 4L * j) + get(q + behind + 4L * j));
      }
    }
  }
}
