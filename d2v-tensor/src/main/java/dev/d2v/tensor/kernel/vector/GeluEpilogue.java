package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.W;

/// What follows a product element by element, done to each tile while it is in the cache: `y =
/// gelu(x)`, or `y = y * gelu'(x)`. By address.
///
/// @param y the result, row stride n
/// @param x the pre-activation, of the same layout; y itself for a forward that need not keep it
/// @param backward which of the two
/// @param n columns of y and x
record GeluEpilogue(long y, long x, boolean backward, int n) {
  /// Whether the pre-activation is a second result.
  boolean keepsInput() {
    return !backward && x != y;
  }

  /// Puts a tile where its `rows` rows and `width` columns belong, at (row, column).
  void apply(long tile, int row, int rows, int column, int width) {
    long at = 4 * ((long) row * n + column);
    long ld = 4L * n;
    if (backward) {
      Gelu.backward(y + at, ld, tile, 2 * W, x + at, ld, rows, width);
    } else {
      if (keepsInput()) {
        TileStore.assign(x + at, ld, tile, rows, width);
      }
      Gelu.forward(y + at, ld, tile, 2 * W, rows, width);
    }
  }
}
