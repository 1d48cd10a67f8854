package dev.d2v.export;

import dev.d2v.export.onnx.Axis;
import dev.d2v.export.onnx.OnnxType;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;

/// Token ids to rows of tables.
final class TokenLayers {
  private TokenLayers() {}

  /// The inputs of text.
  ///
  /// @param ids `input_ids` (batch,tokens)
  /// @param mask `attention_mask` (batch,tokens), 1 = a token
  record Input(Value ids, Value mask) {
    static Input in(Ops ops) {
      Axis[] axes = {Axis.of("batch"), Axis.of("tokens")};
      Value ids = ops.graph().input("input_ids", OnnxType.INT64, axes);
      return new Input(ids, ops.graph().input("attention_mask", OnnxType.INT64, axes));
    }
  }

  /// Rows of the table of positions (B,T): padding has `pad`, the others that plus their running
  /// count.
  static Value places(Ops ops, Value ids, int pad) {
    Value none = ops.equal(ids, ops.graph().whole(pad));
    Value there = ops.where(none, ops.graph().whole(0), ops.graph().whole(1));
    Value count = ops.mul(ops.cumulativeSum(there, 1), there);
    return ops.add(count, ops.graph().whole(pad));
  }
}
