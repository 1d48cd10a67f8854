package dev.d2v.export;

import dev.d2v.export.onnx.OnnxType;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.speech.ConvLayer;
import dev.d2v.model.speech.ConvSpec;

/// Masks of tokens: BOOL, true where a token is padding.
///
/// @param ops adds to the graph
record Padding(Ops ops) {
  /// Small enough that no share is left, and finite, so that a sample that is all padding gives
  /// numbers.
  private static final float UNSEEN = -Float.MAX_VALUE;

  /// Of an `attention_mask` (B,N), 1 = a token.
  Value ofMask(Value mask) {
    return ops.equal(mask, ops.graph().whole(0));
  }

  /// Of frames, given the mask of their samples (B,S): frame t is padding when the clip alone would
  /// give at most t. `frames` has T as the length of axis 1. Each layer makes `(n-K)/stride + 1` of
  /// n, rounded down, and none of fewer than K.
  Value ofFrames(Value mask, ConvSpec spec, Value frames) {
    Value zero = ops.graph().whole(0);
    Value own = ops.sum(mask, 1, true);
    for (ConvLayer layer : spec.layers()) {
      Value shift = ops.graph().whole((long) layer.stride() - layer.kernel());
      Value room = ops.max(ops.add(own, shift), zero);
      own = ops.div(room, ops.graph().whole(layer.stride()));
    }
    Value times = ops.unsqueeze(ops.range(ops.length(frames, 1)), 0);
    return ops.atLeast(times, own);
  }

  /// With extra tokens, which are none, before them. padding (B,T)
  Value behind(Value padding, int extra) {
    if (extra == 0) {
      return padding;
    }
    Value no = ops.cast(ops.graph().wholes(new long[extra]), OnnxType.BOOL);
    Value shape = ops.concat(0, ops.length(padding, 0), ops.graph().wholes(1));
    Value none = ops.expand(ops.unsqueeze(no, 0), shape);
    return ops.concat(1, none, padding);
  }

  /// What is added to scores (B,H,N,N) so that nobody sees padding (B,1,1,N).
  Value scores(Value padding) {
    return ops.unsqueeze(ops.where(padding, ops.real(UNSEEN), ops.real(0)), 1, 2);
  }
}
