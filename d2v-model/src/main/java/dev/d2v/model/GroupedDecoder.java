package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Conv2d;
import dev.d2v.nn.layer.ConvNormGelu;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// The published decoder: layers of `h = GELU(LN(conv(h))) [+ h]`, then linear layers to C
/// channels.
///
/// Convolutions are grouped, not depthwise-separable; the norm is over channels, not affine, eps
/// 1e-5; the residual is there where a layer has as many channels out as in. A layer's backward
/// gives back what its forward took, and whatever was taken after it. Source: fairseq `Decoder1d`,
/// `Decoder2d`.
public final class GroupedDecoder implements Decoder {
  private static final double EPS = 1e-5;

  private record Saved(Workspace.Mark start) {}

  private final int height;
  private final int width;
  private final List<ConvNormGelu> layers = new ArrayList<>();
  private final LinearDecoder projection;

  /// How a decoder's weights start.
  public enum Init {
    /// PyTorch's defaults everywhere: a modality's own decoder after `reset_parameters`.
    TORCH,
    /// PyTorch's defaults for convolutions, BERT's for linear layers: text decoders.
    BERT,
    /// Xavier uniform for all weights: the decoder that modalities share.
    XAVIER
  }

  /// Declares `blocks.i.0` and what [LinearDecoder] does under the scope.
  ///
  /// @param height rows of the token grid; 0 for a sequence
  /// @param width columns of the grid, or the length T
  public GroupedDecoder(
      ParameterScope scope, DecoderConfig config, int C, int height, int width, Init init) {
    this.height = height;
    this.width = width;
    boolean sequence = height == 0;
    int in = C;
    for (int i = 0; i < config.layers(); i++) {
      int area = config.kernel() * (sequence ? 1 : config.kernel());
      int fanIn = in / config.groups() * area;
      Conv2d conv =
          new Conv2d(
              scope.child("blocks." + i + ".0"),
              in,
              config.dim(),
              config.kernel(),
              config.groups(),
              sequence,
              init == Init.XAVIER
                  ? Initializer.xavier(fanIn, config.dim() * area)
                  : Initializer.torchDefault(fanIn),
              Initializer.torchDefault(fanIn));
      layers.add(new ConvNormGelu(conv, EPS, config.residual() && in == config.dim()));
      in = config.dim();
    }
    this.projection = new LinearDecoder(scope, config, in, C, init);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    int R = x.shape().dim(0);
    int T = x.shape().dim(1);
    Tensor h = height == 0 ? x : x.reshape(R, height, width, x.shape().dim(2));
    for (ConvNormGelu layer : layers) {
      Workspace.Mark start = pass.workspace().mark();
      h = layer.forward(h, pass);
      pass.save(this, new Saved(start));
    }
    return projection.forward(h.reshape(R, T, h.shape().dim(-1)), pass);
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    int R = dy.shape().dim(0);
    int T = dy.shape().dim(1);
    Tensor d = projection.backward(dy, pass);
    if (height != 0) {
      d = d.reshape(R, height, width, d.shape().dim(-1));
    }
    for (int i = layers.size() - 1; i >= 0; i--) {
      Workspace.Mark start = pass.restore(this, Saved.class).start;
      ConvNormGelu layer = layers.get(i);
      Tensor in = d;
      d = pass.freeingSince(start, () -> layer.backward(in, pass));
    }
    return d.reshape(R, T, d.shape().dim(-1));
  }
}
