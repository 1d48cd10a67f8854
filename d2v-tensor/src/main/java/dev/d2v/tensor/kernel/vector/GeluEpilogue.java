package dev.d2v.tensor.kernel.vector;

/// What follows a product element by element, done to each strip of the result while it is in the
/// cache: `y = gelu(x)`, or `y = y * gelu'(x)`. By address.
///
/// @param y the result, row stride n
/// @param x the pre-activation, of the same layout; may be y for the forward
/// @param backward which of the two
/// @param n columns of y and x
record GeluEpilogue(long y, long x, boolean backward, int n) {
  /// The block of `rows` rows and `width` columns at (row, column).
  void apply(int row, int rows, int column, int width) {
    for (int i = row; i < row + rows; i++) {
      long at = 4 * ((long) i * n + column);
      if (backward) {
        Gelu.backward(y + at, y + at, x + at, width);
      } else {
        Gelu.forward(y + at, x + at, width);
      }
    }
  }
}
