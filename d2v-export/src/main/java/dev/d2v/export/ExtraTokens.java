package dev.d2v.export;

import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;

/// Tokens that stand before those of every sample.
final class ExtraTokens {
  private ExtraTokens() {}

  /// x (B,T,C) behind E tokens (1,E,C).
  static Value before(Ops ops, Value tokens, Value x) {
    Value shape = ops.concat(0, ops.length(x, 0), ops.graph().wholes(1, 1));
    return ops.concat(1, ops.expand(tokens, shape), x);
  }
}
