package dev.d2v.export;

import dev.d2v.export.onnx.OnnxType;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.AlibiConfig;
import dev.d2v.nn.layer.Alibi;
import java.util.HashMap;
import java.util.Map;

/// Attention biases that fall with distance, `bias_l[h,i,j] = max(s_l[h], 0) * -m_h *
/// distance(i,j)`, zero to and from extra tokens: (1,H,N,N), or (1,1,N,N) times (1,H,1,1).
///
/// See [dev.d2v.model.LearnedAlibi].
final class AlibiLayers {
  private final Layers layers;
  private final String scale;
  private final float[] scales;
  private final int heads;
  private final boolean perHead;
  private final int count;
  private final Value distances;

  private final Map<Integer, Value> made = new HashMap<>();

  /// Whether the table has the slopes in it.
  private final boolean sloped;

  private AlibiLayers(
      Layers layers, String scale, AlibiConfig config, int heads, Value distances, boolean sloped) {
    this.layers = layers;
    this.scale = scale;
    this.scales = layers.numbers(scale);
    this.heads = heads;
    this.perHead = config.perHead();
    this.count = scales.length / (perHead ? heads : 1);
    this.distances = distances;
    this.sloped = sloped;
  }

  /// For a grid of patches behind E extra tokens.
  ///
  /// @param at the modality's prefix
  static AlibiLayers grid(
      Layers layers, String at, AlibiConfig config, int heads, int side, int E) {
    int T = side * side;
    int N = E + T;
    Value table =
        layers.constant(
            at + "alibi",
            new long[] {1, heads, N, N},
            sink -> sink.put(behind(Alibi.table2d(heads, side, config.distance()), heads, T, E)));
    return new AlibiLayers(layers, at + "alibi_scale", config, heads, table, true);
  }

  /// A table (H,T,T) as (H,E+T,E+T) with zeros for extra tokens.
  private static float[] behind(float[] table, int heads, int T, int E) {
    int N = E + T;
    float[] out = new float[heads * N * N];
    for (int h = 0; h < heads; h++) {
      for (int i = 0; i < T; i++) {
        System.arraycopy(table, (h * T + i) * T, out, (h * N + E + i) * N + E, T);
      }
    }
    return out;
  }

  /// For a sequence of any length. x (B,N,C) has it, E extra tokens included
  static AlibiLayers line(Layers layers, String at, AlibiConfig config, int heads, Value x, int E) {
    Ops ops = layers.ops();
    Value index = ops.range(ops.length(x, 1));
    Value place = ops.cast(index, OnnxType.FLOAT);
    Value steps = ops.sub(ops.unsqueeze(place, 1), ops.unsqueeze(place, 0));
    Value distances = ops.apply("Abs", steps);
    if (E > 0) {
      Value real = ops.atLeast(index, ops.graph().whole(E));
      Value counts = ops.cast(real, OnnxType.FLOAT);
      Value pairs = ops.mul(ops.unsqueeze(counts, 1), ops.unsqueeze(counts, 0));
      distances = ops.mul(distances, pairs);
    }
    Value table = ops.unsqueeze(distances, 0, 1);
    return new AlibiLayers(layers, at + "alibi_scale", config, heads, table, false);
  }

  /// The bias of a layer, prenet blocks first.
  Value of(int layer) {
    int l = count == 1 ? 0 : layer;
    return made.computeIfAbsent(l, this::made);
  }

  private Value made(int l) {
    double[] slopes = Alibi.slopes(heads);
    float[] factors = new float[heads];
    for (int h = 0; h < heads; h++) {
      float s = Math.max(0, scales[perHead ? l * heads + h : l]);
      factors[h] = sloped ? s : (float) -slopes[h] * s;
    }
    Value f =
        layers.constant(scale + "." + l, new long[] {1, heads, 1, 1}, sink -> sink.put(factors));
    return layers.ops().mul(distances, f);
  }
}
