package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Normalisations. Means and variances are biased unless a method says otherwise and are computed
/// in two passes (mean, then squared deviations), never as `E[x^2] - E[x]^2`.
public interface NormKernels {
  /// `y = (x - mean) * rstd * gamma + beta` over the last axis, `rstd = 1/sqrt(var + eps)`. x, y
  /// (rows,C) mean, rstd (rows), both null when nothing is saved gamma, beta (C) or both null (not
  /// affine)
  void layerNormForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C);

  /// `sum = x + addend`, `y = layerNorm(sum)`: a residual sum and the norm behind it in one pass.
  /// sum may be x or addend itself; otherwise as [#layerNormForward].
  void addLayerNormForward(
      Tensor y,
      Tensor sum,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      Tensor addend,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C);

  /// `dx = rstd * (g - mean(g) - xhat * mean(g * xhat)) + addend`, `g = gamma * dy`, `xhat = (x -
  /// mean) * rstd`; `dgamma += sum dy * xhat`, `dbeta += sum dy`. dx, dy, x (rows,C) dgamma, dbeta,
  /// gamma (C) or all null addend (rows,C) or null; dx may be dy or addend itself.
  void layerNormBackward(
      Tensor dx,
      @Nullable Tensor dgamma,
      @Nullable Tensor dbeta,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      @Nullable Tensor gamma,
      @Nullable Tensor addend,
      int rows,
      int C);

  /// `y = gelu(layerNorm(x)) + addend`, not affine: the decoder's convolution block after its
  /// convolution. y, x (rows,C) mean, rstd (rows), both null when nothing is saved addend (rows,C)
  /// or null
  void layerNormGeluForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor addend,
      float eps,
      int rows,
      int C);

  /// Backward of [#layerNormGeluForward] towards x (the addend's gradient is dy itself). dx may be
  /// dy itself.
  void layerNormGeluBackward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, int rows, int C);

  /// `y[b,t,c] = (x[b,t,c] - mean_t) / sqrt(var_t + eps)`: over time, per sample and channel, not
  /// affine. With B = 1 and T = rows it is batch norm with batch statistics. y may be x itself. x,
  /// y (B,T,C)
  void instanceNormForward(Tensor y, Tensor x, float eps, int B, int T, int C);

  /// `y[b,t,c] = (x[b,t,c] - mean_bc) * rstd_bc * gamma_c + beta_c`, `rstd = 1/sqrt(var + eps)`:
  /// mean and variance over time, per sample and channel. It is a group norm with one channel a
  /// group. y may be x itself. x, y (B,T,C) mean, rstd (B,C), both null when nothing is saved
  /// gamma, beta (C)
  void channelNormForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      Tensor gamma,
      Tensor beta,
      float eps,
      int B,
      int T,
      int C);

  /// Backward of [#channelNormForward]: `dx = rstd * gamma * (dy - mean(dy) - xhat * mean(dy *
  /// xhat))`, means over time, `xhat = (x - mean) * rstd`; `dgamma += sum dy * xhat`, `dbeta += sum
  /// dy` over samples and time. dx, dy, x (B,T,C) dgamma, dbeta, gamma (C) mean, rstd (B,C); dx may
  /// be dy itself.
  void channelNormBackward(
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta,
      Tensor dy,
      Tensor x,
      Tensor mean,
      Tensor rstd,
      Tensor gamma,
      int B,
      int T,
      int C);

  /// `y = (x - mean) / sqrt(var_unbiased + eps)` over the last axis: the target of pixel
  /// reconstruction. x, y (rows,C)
  void standardizeRows(Tensor y, Tensor x, float eps, int rows, int C);

  /// `y[b,c] = mean over t of x[b,t,c]`. y (B,C) x (B,T,C)
  void meanTokens(Tensor y, Tensor x, int B, int T, int C);

  /// `y = exp(x - max) / sum exp(x - max)` over the last axis. x, y (rows,C); y may be x itself
  void softmaxForward(Tensor y, Tensor x, int rows, int C);

  /// `dx = y * (dy - sum(dy * y))`. dx, dy, y (rows,C); dx may be dy itself
  void softmaxBackward(Tensor dx, Tensor dy, Tensor y, int rows, int C);
}
