package dev.d2v.model.v1;

import dev.d2v.model.ConfigChecks;

/// The sizes that all transformer layers of an encoder share.
///
/// @param C channels
/// @param depth number of layers
/// @param heads H, which divides C
/// @param hidden width of the MLP
/// @param act between its linear layers
/// @param eps of the layer norms, `layer_norm_eps`
public record LayerConfig(int C, int depth, int heads, int hidden, Nonlinearity act, double eps) {
  /// Checks the sizes.
  public LayerConfig {
    if (C < 1 || depth < 0 || heads < 1 || hidden < 1 || C % heads != 0 || !(eps > 0)) {
      throw new IllegalArgumentException(
          ("hidden_size (%d), num_hidden_layers (%d), num_attention_heads (%d, which must divide hidden_size),"
                  + " intermediate_size (%d) and layer_norm_eps (%s) must be positive")
              .formatted(C, depth, heads, hidden, eps));
    }
    ConfigChecks.layers("num_hidden_layers", depth);
    ConfigChecks.channels("hidden_size", C);
  }
}
