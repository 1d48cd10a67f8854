package dev.d2v.export;

import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.v1.Nonlinearity;
import java.util.List;

/// A transformer block, of either generation. x, y (B,N,C)
///
/// ```text
/// POST:          r = LN1(x + Attn(x))     y = LN2(r + MLP(r))
/// PRE:           h = x + Attn(LN1 x)      y = h + MLP(LN2 h)
/// PRE_OFFICIAL:  h = x + Attn(LN1 x)      y = 2 MLP(LN2 h)
/// ```
///
/// @param layers to build with
/// @param placement where the norms stand
/// @param C channels
/// @param heads H
/// @param eps of the norms
/// @param act between the MLP's linear layers
/// @param names of its linear layers
record BlockLayers(
    Layers layers,
    NormPlacement placement,
    int C,
    int heads,
    double eps,
    Nonlinearity act,
    Names names) {
  /// What linear layers are called within a block.
  ///
  /// @param qkv queries, keys and values
  /// @param proj behind the heads
  /// @param fc1 into the MLP
  /// @param fc2 out of it
  record Names(String qkv, String proj, String fc1, String fc2) {
    static final Names SECOND = new Names("attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2");
    static final Names FIRST = new Names("attention.qkv", "attention.proj", "fc1", "fc2");
  }

  /// What is added to the scores (B,H,N,N) before their softmax.
  @FunctionalInterface
  interface ScoreBias {
    /// The scores with it. q (B,H,N,D), scaled, and k (B,H,N,D), not.
    Value add(Value scores, Value q, Value k);
  }

  private Ops ops() {
    return layers.ops();
  }

  /// The block whose parameters begin with `at`.
  Value of(Value x, String at, ScoreBias bias) {
    Ops ops = ops();
    if (placement == NormPlacement.POST) {
      Value r = norm(ops.add(x, attention(x, at, bias)), at + "norm1");
      return norm(ops.add(r, mlp(r, at)), at + "norm2");
    }
    Value h = ops.add(x, attention(norm(x, at + "norm1"), at, bias));
    Value t = mlp(norm(h, at + "norm2"), at);
    return ops.add(placement == NormPlacement.PRE ? h : t, t);
  }

  private Value norm(Value x, String name) {
    return layers.norm(x, name, C, eps);
  }

  private Value mlp(Value x, String at) {
    Value inner = Activations.of(ops(), act, layers.linear(x, at + names.fc1));
    return layers.linear(inner, at + names.fc2);
  }

  /// `softmax(q k^T / sqrt(D) + bias) v` by heads, then the projection.
  private Value attention(Value x, String at, ScoreBias bias) {
    Ops ops = ops();
    int D = C / heads;
    List<Value> parts = ops.split(layers.linear(x, at + names.qkv), 3);
    Value q = ops.mul(byHeads(parts.get(0), D), ops.real((float) (1 / Math.sqrt(D))));
    Value k = byHeads(parts.get(1), D);
    Value scores = ops.matmul(q, ops.transpose(k, 0, 1, 3, 2));
    Value shares = ops.softmax(bias.add(scores, q, k));
    Value mixed = ops.matmul(shares, byHeads(parts.get(2), D));
    Value rows = ops.reshape(ops.transpose(mixed, 0, 2, 1, 3), 0, 0, C);
    return layers.linear(rows, at + names.proj);
  }

  /// (B,H,N,D) of (B,N,C).
  private Value byHeads(Value x, int D) {
    return ops().transpose(ops().reshape(x, 0, 0, heads, D), 0, 2, 1, 3);
  }
}
