package dev.d2v.nn.layer;

import dev.d2v.nn.Layer;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;

/// `y = x * Phi(x)`, Phi the distribution function of N(0,1): GELU in its erf form.
///
/// Where: x, y of any shape. No parameters.
public final class Gelu implements Layer {
  private record Saved(Tensor x) {}

  /// The function.
  public Gelu() {}

  /// `y = x * Phi(x)`.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.take(x.shape());
    pass.kernels().activation().geluForward(y, x, x.size());
    pass.save(this, new Saved(x));
    return y;
  }

  /// `dx = dy * (Phi(x) + x * phi(x))`, `phi(x) = exp(-x^2/2)/sqrt(2 pi)`.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    Tensor dx = pass.take(dy.shape());
    pass.kernels().activation().geluBackward(dx, dy, s.x, dy.size());
    return dx;
  }
}
