package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import jdk.incubator.vector.FloatVector;

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
    if (width < GemmTile.WIDTH) {
      for (int i = 0; i < rows; i++) {
        Packing.copy(c + ldc * i, tile + 2 * W * i, width);
      }
      return;
    }
    for (int i = 0; i < rows; i++) {
      long q = c + ldc * i;
      long t = tile + 2 * W * i;
      store(load(t), q);
      store(load(t + W), q + W);
    }
  }

  /// `c = tile + d`; d lies `behind` bytes behind c, 0 for c itself.
  static void add(long c, long ldc, long behind, long tile, int rows, int width) {
    if (width < GemmTile.WIDTH) {
      addPart(c, ldc, behind, tile, rows, width);
      return;
    }
    for (int i = 0; i < rows; i++) {
      long q = c + ldc * i;
      long t = tile + 2 * W * i;
      store(load(t).add(load(q + behind)), q);
      store(load(t + W).add(load(q + behind + W)), q + W);
    }
  }

  private static void addPart(long c, long ldc, long behind, long tile, int rows, int width) {
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

  /// `c(i,j) = tile(i,j) x[at + i]`, the first `rows` rows and `width` columns.
  static void scaled(long c, long ldc, long tile, int rows, int width, float[] x, int at) {
    if (width < GemmTile.WIDTH) {
      scaledPart(c, ldc, tile, rows, width, x, at);
      return;
    }
    for (int i = 0; i < rows; i++) {
      long q = c + ldc * i;
      long t = tile + 2 * W * i;
      FloatVector factor = FloatVector.broadcast(Lanes.F, x[at + i]);
      store(load(t).mul(factor), q);
      store(load(t + W).mul(factor), q + W);
    }
  }

  private static void scaledPart(
      long c, long ldc, long tile, int rows, int width, float[] x, int at) {
    for (int i = 0; i < rows; i++) {
      long q = c + ldc * i;
      long t = tile + 2 * W * i;
      float factor = x[at + i];
      int j = 0;
      for (; j <= width - V; j += V) {
        store(load(t + 4L * j).mul(factor), q + 4L * j);
      }
      for (; j < width; j++) {
        set(q + 4L * j, get(t + 4L * j) * factor);
      }
    }
  }
}
