package dev.d2v.model;

/// Where a block's layer norms stand.
public enum NormPlacement {
  /// After each residual sum: every published model.
  POST,
  /// Before attention and MLP, `y = h + MLP(LN h)` with `h = x + Attn(LN x)`: the standard formula,
  /// for our own models.
  PRE,
  /// What the official code computes with `layer_norm_first`: `y = 2 MLP(LN h)`, the residual
  /// stream lost. For parity only; see docs/quirks.md.
  PRE_OFFICIAL
}
