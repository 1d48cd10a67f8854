package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;

/// GELU in its erf form, `gelu(x) = x * Phi(x) = x/2 * (1 + erf(x/sqrt 2))`, with its derivative;
/// and others forward only.
public interface ActivationKernels {
  /// `y = gelu(x)`. x, y (size); y may be x itself
  void geluForward(Tensor y, Tensor x, long size);

  /// `dx = dy * (Phi(x) + x * phi(x))`, `phi(x) = exp(-x^2/2)/sqrt(2 pi)`. dx, dy, x (size); dx may
  /// be dy itself
  void geluBackward(Tensor dx, Tensor dy, Tensor x, long size);

  /// `y = f(x)`. x, y (size); y may be x itself
  void activationForward(Tensor y, Tensor x, Activation f, long size);
}
