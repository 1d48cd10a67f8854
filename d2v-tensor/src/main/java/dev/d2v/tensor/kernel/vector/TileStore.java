package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;

/// The way of a tile of [GemmTile] that cannot be stored where it belongs: only a part of it is
/// there, or something is to be done with it. It lies in a buffer, with rows as wide as a tile, and
/// all is by address. Where a tile is rarely a part of one, a method of ours that takes or gives
/// vectors would not be inlined and put them on the heap, so none is called.
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
      fromMemorySegment(F, ALL, t, ORDER).intoMemorySegment(ALL, q, ORDER);
      fromMemorySegment(F, ALL, t + W, ORDER).intoMemorySegment(ALL, q + W, ORDER);
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
      fromMemorySegment(F, ALL, t, ORDER)
          .add(fromMemorySegment(F, ALL, q + behind, ORDER))
          .intoMemorySegment(ALL, q, ORDER);
      fromMemorySegment(F, ALL, t + W, ORDER)
          .add(fromMemorySegment(F, ALL, q + behind + W, ORDER))
          .intoMemorySegment(ALL, q + W, ORDER);
    }
  }

  private static void addPart(long c, long ldc, long behind, long tile, int rows, int width) {
    for (int i = 0; i < rows; i++) {
      long q = c + ldc * i;
      long t = tile + 2 * W * i;
      int j = 0;
      for (; j <= width - V; j += V) {
        fromMemorySegment(F, ALL, t + 4L * j, ORDER)
            .add(fromMemorySegment(F, ALL, q + behind + 4L * j, ORDER))
            .intoMemorySegment(ALL, q + 4L * j, ORDER);
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
      FloatVector factor = FloatVector.broadcast(F, x[at + i]);
      fromMemorySegment(F, ALL, t, ORDER).mul(factor).intoMemorySegment(ALL, q, ORDER);
      fromMemorySegment(F, ALL, t + W, ORDER).mul(factor).intoMemorySegment(ALL, q + W, ORDER);
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
        fromMemorySegment(F, ALL, t + 4L * j, ORDER)
            .mul(factor)
            .intoMemorySegment(ALL, q + 4L * j, ORDER);
      }
      for (; j < width; j++) {
        set(q + 4L * j, get(t + 4L * j) * factor);
      }
    }
  }
}
