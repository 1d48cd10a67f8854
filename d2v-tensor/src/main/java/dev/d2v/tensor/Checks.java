package dev.d2v.tensor;

import org.jspecify.annotations.Nullable;

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

  /// Fails unless each tensor that is not null is F32 with at least `size` elements. `names` are
  /// the tensors' names, separated by spaces.
  public static void floats(
      String operation, long size, String names, @Nullable Tensor... tensors) {
    for (int i = 0; i < tensors.length; i++) {
      Tensor tensor = tensors[i];
      if (tensor != null && (tensor.type() != DType.F32 || tensor.size() < size)) {
        holds(tensor, DType.F32, size, operation, names.split(" ", -1)[i]);
      }
    }
  }

  /// Fails when only one of two optional tensors is there. `names` are both names.
  public static void together(
      String operation, String names, @Nullable Tensor first, @Nullable Tensor second) {
    if ((first == null) != (second == null)) {
      throw new IllegalArgumentException(operation + ": give both " + names + ", or neither");
    }
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
