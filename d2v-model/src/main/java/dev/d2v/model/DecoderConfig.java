package dev.d2v.model;

/// The student's decoder.
///
/// @param kind grouped convolutions as published, depthwise-separable ones, or none
/// @param dim channels Dd between the convolutions; of LINEAR, times projectionRatio between its
///   linear layers
/// @param groups groups of each convolution (GROUPED)
/// @param kernel K, square for images (GROUPED, SEPARABLE)
/// @param layers number of convolutions (GROUPED, SEPARABLE)
/// @param inputDropout dropout of the visible tokens before the decoder
/// @param addPositionsMasked adds the positions to masked slots of the input
/// @param addPositionsAll adds the positions to all slots of the input
/// @param residual adds a layer's input to its output where channels match
/// @param projectionLayers linear layers at the end (text has 2; images have 1)
/// @param projectionRatio width of the inner ones, times dim
public record DecoderConfig(
    Kind kind,
    int dim,
    int groups,
    int kernel,
    int layers,
    double inputDropout,
    boolean addPositionsMasked,
    boolean addPositionsAll,
    boolean residual,
    int projectionLayers,
    double projectionRatio) {
  /// The form of the convolutions.
  public enum Kind {
    /// Grouped convolution, layer norm, GELU.
    GROUPED,
    /// Depthwise convolution, pointwise 1 x 1, GELU; one layer norm at the end.
    SEPARABLE,
    /// The projection alone, place by place: data2vec 1.0, whose encoder sees all tokens.
    LINEAR
  }

  /// Checks the sizes.
  public DecoderConfig {
    ConfigChecks.positive("decoder.dim", dim);
    ConfigChecks.channels("decoder.dim", dim);
    ConfigChecks.positive("decoder.groups", groups);
    ConfigChecks.positive("decoder.kernel", kernel);
    ConfigChecks.positive("decoder.layers", layers);
    ConfigChecks.layers("decoder.layers", layers);
    ConfigChecks.positive("decoder.projectionLayers", projectionLayers);
    ConfigChecks.layers("decoder.projectionLayers", projectionLayers);
    ConfigChecks.probability("decoder.inputDropout", inputDropout);
    ConfigChecks.that(
        dim % groups == 0,
        "decoder.dim (" + dim + ") must be a multiple of decoder.groups (" + groups + ")");
    ConfigChecks.that(projectionRatio > 0, "decoder.projectionRatio must be above 0");
  }

  /// A published image decoder: grouped, residual, no dropout, no positions, one projection.
  public static DecoderConfig image(int dim, int groups, int kernel, int layers) {
    return new DecoderConfig(
        Kind.GROUPED, dim, groups, kernel, layers, 0, false, false, true, 1, 2);
  }
}
