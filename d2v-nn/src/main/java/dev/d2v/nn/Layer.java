package dev.d2v.nn;

import dev.d2v.tensor.Tensor;

/// A function of one tensor with its derivative next to it. Layers hold parameters and nothing of a
/// pass, so one layer may be in many passes at once (M masks, gradient accumulation).
public interface Layer {
  /// The layer's value. Saves in the pass what the backward needs, unless the pass saves nothing.
  Tensor forward(Tensor x, Pass pass);

  /// The gradient with respect to the input, given that of the output; adds to the gradients of the
  /// parameters. Calls mirror the forward calls in reverse order.
  Tensor backward(Tensor dy, Pass pass);
}
