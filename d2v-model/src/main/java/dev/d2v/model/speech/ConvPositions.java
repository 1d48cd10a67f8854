package dev.d2v.model.speech;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Conv2d;
import dev.d2v.nn.layer.ConvNormGelu;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Relative positions of frames, by convolutions over their neighbours: layers of `h =
/// GELU(LN(conv(h)))`, whose result is added to the frames. x, y (N,T,C)
///
/// Convolutions are grouped and keep the length (padding K/2, the last place dropped for even K);
/// the norm is over channels, not affine; there is no residual between layers. Derivation:
/// docs/derivations/conv-positions.md; fairseq `AudioEncoder`.
public final class ConvPositions implements Layer {
  private static final double EPS = 1e-5;
  private static final int SMALLEST_KERNEL = 3;

  private final @Nullable LayerNorm preNorm;
  private final List<ConvNormGelu> layers = new ArrayList<>();

  /// Declares `1.0`, `2.0`, ..., the convolutions; with a norm before them `0`, the norm, and
  /// `1.1.0`, `1.2.0`, ...
  ///
  /// @param scope the modality's `relative_positional_encoder`
  /// @param width frames that the layers see together; each has a kernel of `max(3, width/depth)`
  /// @param depth number of layers
  /// @param groups groups of each convolution
  /// @param preNorm whether a layer norm comes first
  public ConvPositions(
      ParameterScope scope, int C, int width, int depth, int groups, boolean preNorm) {
    if (depth < 1 || width < 1) {
      throw new IllegalArgumentException(
          "convolutional positions: width (%d) and depth (%d) must be positive; without positions, leave them out"
              .formatted(width, depth));
    }
    this.preNorm = preNorm ? new LayerNorm(scope.child("0"), C, EPS, true) : null;
    ParameterScope at = preNorm ? scope.child("1") : scope;
    int kernel = Math.max(SMALLEST_KERNEL, width / depth);
    int fanIn = C / groups * kernel;
    for (int i = 0; i < depth; i++) {
      Conv2d conv =
          new Conv2d(
              at.child((1 + i) + ".0"),
              C,
              C,
              kernel,
              groups,
              true,
              Initializer.torchDefault(fanIn),
              Initializer.torchDefault(fanIn));
      layers.add(new ConvNormGelu(conv, EPS));
    }
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return pass.freeing(
        x.shape(),
        () -> {
          Tensor h = preNorm == null ? x : preNorm.forward(x, pass);
          for (ConvNormGelu layer : layers) {
            h = layer.forward(h, pass);
          }
          return h;
        });
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    return pass.freeingAlways(
        dy.shape(),
        () -> {
          Tensor d = dy;
          for (int i = layers.size() - 1; i >= 0; i--) {
            d = layers.get(i).backward(d, pass);
          }
          return preNorm == null ? d : preNorm.backward(d, pass);
        });
  }
}
