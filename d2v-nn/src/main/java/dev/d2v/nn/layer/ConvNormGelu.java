package dev.d2v.nn.layer;

import dev.d2v.nn.Layer;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;

/// `y = gelu(LN(conv(x)))`, and `+ x` with a residual: the block of the decoders and of the
/// convolutional positions.
///
/// Where: x (N,H,W,in), y (N,H,W,out), or (N,L,in) and (N,L,out); LN over channels, not affine. The
/// parameters are those of the convolution.
public final class ConvNormGelu implements Layer {
  private record Saved(Tensor h, Tensor mean, Tensor rstd) {}

  private final Conv2d conv;
  private final float eps;
  private final boolean residual;

  /// Without a residual.
  public ConvNormGelu(Conv2d conv, double eps) {
    this(conv, eps, false);
  }

  /// With a residual or without; one needs as many channels out as in.
  public ConvNormGelu(Conv2d conv, double eps, boolean residual) {
    if (residual && conv.in() != conv.out()) {
      throw new IllegalArgumentException(
          "%s: a residual needs as many channels out (%d) as in (%d)"
              .formatted(conv.weight().name(), conv.out(), conv.in()));
    }
    this.conv = conv;
    this.eps = (float) eps;
    this.residual = residual;
  }

  /// The block.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.take(Rows.withLast(x.shape(), conv.out()));
    try (var _ = pass.temporaries()) {
      Tensor h = conv.forward(x, pass);
      int rows = h.shape().rows();
      Tensor mean = pass.takeSaved(rows);
      Tensor rstd = pass.takeSaved(rows);
      pass.kernels()
          .norm()
          .layerNormGeluForward(y, mean, rstd, h, residual ? x : null, eps, rows, conv.out());
      if (mean != null && rstd != null) {
        pass.save(this, new Saved(h, mean, rstd));
      }
    }
    return y;
  }

  /// The mirror of [#forward]; the residual's gradient is dy.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    Tensor dx = pass.take(Rows.withLast(dy.shape(), conv.in()));
    try (var _ = pass.workspace().mark()) {
      Tensor dh = pass.take(dy.shape());
      pass.kernels()
          .norm()
          .layerNormGeluBackward(dh, dy, s.h, s.mean, s.rstd, dy.shape().rows(), conv.out());
      conv.backwardInto(dx, dh, residual ? dy : null, pass);
    }
    return dx;
  }

  /// The convolution.
  public Conv2d conv() {
    return conv;
  }
}
