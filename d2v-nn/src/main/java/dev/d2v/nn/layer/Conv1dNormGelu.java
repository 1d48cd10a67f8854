package dev.d2v.nn.layer;

import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `y = gelu(norm(conv(x)))`: one layer of the extractor that turns a waveform into frames.
///
/// Where: x (B,L,in), y (B,T,out), the convolution strided and without padding; the norm is affine,
/// over channels or over time, or absent. Only the convolution's output is saved: the norm's is
/// computed again in the backward, because these are the longest sequences of the model.
public final class Conv1dNormGelu implements Layer {
  private record Saved(Shape input, Tensor h, @Nullable Tensor mean, @Nullable Tensor rstd) {}

  private final Conv1d conv;
  private final @Nullable AffineNorm norm;

  private Conv1dNormGelu(Conv1d conv, @Nullable AffineNorm norm) {
    this.conv = conv;
    this.norm = norm;
  }

  /// Without a norm.
  public static Conv1dNormGelu plain(Conv1d conv) {
    return new Conv1dNormGelu(conv, null);
  }

  /// With a layer norm over channels, whose `weight` and `bias` it declares in the scope.
  public static Conv1dNormGelu layerNorm(Conv1d conv, ParameterScope norm, double eps) {
    return new Conv1dNormGelu(conv, new LayerNorm(norm, conv.out(), eps, true));
  }

  /// With a norm of each channel over time, whose `weight` and `bias` it declares in the scope.
  public static Conv1dNormGelu channelNorm(Conv1d conv, ParameterScope norm, double eps) {
    return new Conv1dNormGelu(conv, new ChannelNorm(norm, conv.out(), eps));
  }

  /// The layer.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.take(conv.outputShape(x.shape()));
    try (var _ = pass.temporaries()) {
      Tensor h = pass.take(y.shape());
      conv.into(h, x, pass);
      Tensor mean = norm == null ? null : pass.takeSaved(norm.statistics(h.shape()));
      Tensor rstd = norm == null ? null : pass.takeSaved(norm.statistics(h.shape()));
      Tensor normed = normed(y, mean, rstd, h, pass);
      pass.kernels().activation().geluForward(y, normed, y.size());
      pass.save(this, new Saved(x.shape(), h, mean, rstd));
    }
    return y;
  }

  /// The norm of h in `into`; h itself where there is none.
  private Tensor normed(
      Tensor into, @Nullable Tensor mean, @Nullable Tensor rstd, Tensor h, Pass pass) {
    if (norm == null) {
      return h;
    }
    norm.into(into, mean, rstd, h, pass);
    return into;
  }

  /// The mirror of [#forward].
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    Tensor dx = pass.take(s.input);
    try (var _ = pass.workspace().mark()) {
      conv.backwardInto(dx, gradientOfConv(dy, s, pass), pass);
    }
    return dx;
  }

  /// [#backward] without dx: for the layer that reads the waveform.
  public void backwardParameters(Tensor dy, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    try (var _ = pass.workspace().mark()) {
      conv.backwardParameters(gradientOfConv(dy, s, pass), pass);
    }
  }

  private Tensor gradientOfConv(Tensor dy, Saved s, Pass pass) {
    Tensor dh = pass.take(dy.shape());
    try (var _ = pass.workspace().mark()) {
      Tensor normed = normed(s.mean == null ? s.h : pass.take(dy.shape()), null, null, s.h, pass);
      pass.kernels().activation().geluBackward(dh, dy, normed, dy.size());
      if (norm != null && s.mean != null && s.rstd != null) {
        norm.backwardInto(dh, dh, s.h, s.mean, s.rstd, pass);
      }
    }
    return dh;
  }

  /// The convolution.
  public Conv1d conv() {
    return conv;
  }
}
