package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.load;
import static dev.d2v.tensor.kernel.vector.GemmTile.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What follows a product element by element, done to each block of the result while it is in the
/// cache: `y = gelu(x)`, or `y = y * gelu'(x)`.
///
/// @param y the result, row stride n
/// @param x the pre-activation, of the same layout; may be y for the forward
/// @param backward which of the two
/// @param n columns of y and x
record GeluEpilogue(MemorySegment y, MemorySegment x, boolean backward, int n) {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /// The block of `rows` rows and `width` columns at (row, column).
  void apply(int row, int rows, int column, int width) {
    for (int i = row; i < row + rows; i++) {
      long at = 4 * ((long) i * n + column);
      if (backward) {
        backwardRow(at, width);
      } else {
        forwardRow(at, width);
      }
    }
  }

  private void forwardRow(long at, int width) {
    int j = 0;
    for (; j <= width - V; j += V) {
      store(VectorMath.gelu(load(x, at + 4L * j)), y, at + 4L * j);
    }
    for (; j < width; j++) {
      y.set(FLOAT, at + 4L * j, VectorMath.gelu(x.get(FLOAT, at + 4L * j)));
    }
  }

  private void backwardRow(long at, int width) {
    int j = 0;
    for (; j <= width - V; j += V) {
      long q = at + 4L * j;
      store(load(y, q).mul(VectorMath.geluDerivative(load(x, q))), y, q);
    }
    for (; j < width; j++) {
      long q = at + 4L * j;
      y.set(FLOAT, q, y.get(FLOAT, q) * VectorMath.geluDerivative(x.get(FLOAT, q)));
    }
  }
}
