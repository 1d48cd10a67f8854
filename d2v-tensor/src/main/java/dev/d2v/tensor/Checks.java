package dev.d2v.tensor;

/// Argument checks at the entry of layers and kernels: once a call, never a row. A message names
/// the operation, the tensor, what was expected and what came.
public final class Checks {
  private Checks() {}

  /// Fails with a sentence unless `condition` holds.
  public static void that(boolean condition, String operation, String sentence) {
    if (!condition) {
      throw new IllegalArgumentException(operation + ": " + sentence);
    }
  }

  /// Fails unless `tensor` has the type and at least `size` elements.
  public static void holds(Tensor tensor, DType type, long size, String operation, String name) {
    if (tensor.type() != type || tensor.size() < size) {
      throw new IllegalArgumentException(
          "%s: %s must hold %d %s elements, got %s %s"
              .formatted(operation, name, size, type, tensor.type(), tensor.shape()));
    }
  }

  /// Fails unless `tensor` is F32 with at least `size` elements.
  public static void floats(Tensor tensor, long size, String operation, String name) {
    holds(tensor, DType.F32, size, operation, name);
  }

  /// Fails unless `tensor` is I32 with at least `size` elements.
  public static void ints(Tensor tensor, long size, String operation, String name) {
    holds(tensor, DType.I32, size, operation, name);
  }

  /// Fails unless `tensor` has exactly this shape.
  public static void shape(Tensor tensor, Shape expected, String operation, String name) {
    if (!tensor.shape().equals(expected)) {
      throw new IllegalArgumentException(
          "%s: %s must have shape %s, got %s".formatted(operation, name, expected, tensor.shape()));
    }
  }
}
