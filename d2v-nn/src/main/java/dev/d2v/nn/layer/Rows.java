package dev.d2v.nn.layer;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;

/// How layers see a tensor: rows of channels.
final class Rows {
  private Rows() {}

  /// The number of rows of x (...,C). Fails unless its last axis is C.
  static int of(Tensor x, int C, String layer) {
    return of(x.shape(), C, layer);
  }

  /// As [#of(Tensor, int, String)], of a shape.
  static int of(Shape shape, int C, String layer) {
    if (shape.rank() == 0 || shape.dim(-1) != C) {
      throw new IllegalArgumentException(
          "%s: expected an input of shape (...,%d), got %s".formatted(layer, C, shape));
    }
    return shape.rows();
  }

  /// The shape (...,C) in place of (...,any).
  static Shape withLast(Shape shape, int C) {
    int[] dims = shape.toArray();
    dims[dims.length - 1] = C;
    return Shape.of(dims);
  }
}
