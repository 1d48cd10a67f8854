package dev.d2v.model;

/// How targets are made of the teacher's last K shared blocks. Per layer: batch norm, instance
/// norm, layer norm, each if asked for, in this order; then the mean over layers; then layer norm
/// and instance norm of it, if asked for. No norm here is affine; all have eps 1e-5.
///
/// @param topLayers K, number of last shared blocks that are averaged
/// @param endOfBlock true: a block's output; false: its MLP's output before dropout, drop path and
///   residual
/// @param batchNormLayer batch norm of each layer, with the batch's statistics
/// @param instanceNormLayer instance norm of each layer, over time
/// @param layerNormLayer layer norm of each layer
/// @param layerNorm layer norm of the mean
/// @param instanceNorm instance norm of the mean
public record TargetConfig(
    int topLayers,
    boolean endOfBlock,
    boolean batchNormLayer,
    boolean instanceNormLayer,
    boolean layerNormLayer,
    boolean layerNorm,
    boolean instanceNorm) {
  /// Checks K.
  public TargetConfig {
    ConfigChecks.positive("topLayers", topLayers);
  }

  /// Instance norm of each layer, layer norm of the mean: the published image models.
  public static TargetConfig image(int topLayers) {
    return new TargetConfig(topLayers, false, false, true, false, true, false);
  }
}
