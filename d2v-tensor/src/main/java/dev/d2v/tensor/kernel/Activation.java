package dev.d2v.tensor.kernel;

/// An element-wise function other than the erf GELU, which has kernels of its own: what published
/// weights may ask for and nothing here trains with.
public enum Activation {
  /// `max(x, 0)`.
  RELU,
  /// `tanh(x)`.
  TANH,
  /// `1 / (1 + exp(-x))`.
  SIGMOID,
  /// `x * sigmoid(x)`, also called swish.
  SILU,
  /// `x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))`, which is `x * sigmoid` of twice the
  /// tanh's argument.
  GELU_TANH,
  /// `x * sigmoid(1.702 x)`.
  GELU_SIGMOID
}
