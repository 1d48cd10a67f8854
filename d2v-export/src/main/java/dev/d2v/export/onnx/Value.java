package dev.d2v.export.onnx;

/// A tensor in a graph: an input, an initializer, or what a node gives.
///
/// @param name under which nodes refer to it
/// @param type of its elements
public record Value(String name, OnnxType type) {
  /// Fails unless it has this type; gives itself.
  Value of(OnnxType expected) {
    if (type != expected) {
      throw new IllegalArgumentException(
          "value %s is %s where %s is needed".formatted(name, type, expected));
    }
    return this;
  }
}
