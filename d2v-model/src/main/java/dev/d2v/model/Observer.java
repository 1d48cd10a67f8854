package dev.d2v.model;

import dev.d2v.tensor.Tensor;

/// Sees the named intermediate tensors of a step, in the order in which they are computed: how a
/// deviation from the official code, or the first tensor that is not finite, is found. The names
/// are those of the goldens (`local_features`, `context_x`, `student_block.0`, `targets`, ...).
@FunctionalInterface
public interface Observer {
  /// One tensor, valid only during the call.
  void see(String name, Tensor tensor);

  /// Looks away.
  static Observer none() {
    return (name, tensor) -> {};
  }
}
