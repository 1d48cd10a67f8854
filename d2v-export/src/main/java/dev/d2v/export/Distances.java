package dev.d2v.export;

import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.v1.LayerConfig;
import dev.d2v.model.v1.TextConfig;

/// Positions that enter the scores of data2vec 1.0's text models: `scale * (q_i . d[i-j] + k_j .
/// d[i-j])`, the second term for `relative_key_query` alone.
///
/// @param layers to build with
/// @param keys whether keys have a term
/// @param index (T,T): rows `i - j + P - 1` of the tables (2P-1,D)
/// @param scale `1 / sqrt(D)`
record Distances(Layers layers, boolean keys, Value index, float scale) {
  /// For x (B,T,C).
  static Distances of(
      Layers layers, TextConfig.Placement placement, int positions, LayerConfig sizes, Value x) {
    Ops ops = layers.ops();
    Value place = ops.range(ops.length(x, 1));
    Value steps = ops.sub(ops.unsqueeze(place, 1), ops.unsqueeze(place, 0));
    return new Distances(
        layers,
        placement == TextConfig.Placement.RELATIVE_KEY_QUERY,
        ops.add(steps, ops.graph().whole(positions - 1L)),
        (float) (1 / Math.sqrt(sizes.C() / (double) sizes.heads())));
  }

  /// The scores of a layer with them. q (B,H,T,D), scaled, and k (B,H,T,D), not
  Value add(int layer, Value scores, Value q, Value k) {
    Ops ops = layers.ops();
    Value d = ops.gather(layers.parameter("layer." + layer + ".distance"), index, 0);
    Value sum = ops.add(scores, ops.einsum("bhid,ijd->bhij", q, d));
    return keys ? ops.add(sum, ops.mul(ops.einsum("bhjd,ijd->bhij", k, d), ops.real(scale))) : sum;
  }
}
