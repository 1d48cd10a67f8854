package dev.d2v.tensor.kernel;

import static dev.d2v.tensor.kernel.MeteredKernels.bytes;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// [NormKernels], metered.
record MeteredNorm(NormKernels to, Meter meter) implements NormKernels {
  @Override
  public void layerNormForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor gamma,
      @Nullable Tensor beta,
      float eps,
      int rows,
      int C) {
    meter.call(
        "layerNormForward",
        0,
        bytes(y, mean, rstd, x, gamma, beta),
        () -> to.layerNormForward(y, mean, rstd, x, gamma, beta, eps, rows, C));
  }

  @Override
  public void addLayerNormForward(
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
      int C) {
    meter.call(
        "addLayerNormForward",
        0,
        bytes(y, sum, mean, rstd, x, addend, gamma, beta),
        () -> to.addLayerNormForward(y, sum, mean, rstd, x, addend, gamma, beta, eps, rows, C));
  }

  @Override
  public void layerNormBackward(
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
      int C) {
    meter.call(
        "layerNormBackward",
        0,
        bytes(dx, dgamma, dbeta, dy, x, mean, rstd, gamma, addend),
        () -> to.layerNormBackward(dx, dgamma, dbeta, dy, x, mean, rstd, gamma, addend, rows, C));
  }

  @Override
  public void layerNormGeluForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      @Nullable Tensor addend,
      float eps,
      int rows,
      int C) {
    meter.call(
        "layerNormGeluForward",
        0,
        bytes(y, mean, rstd, x, addend),
        () -> to.layerNormGeluForward(y, mean, rstd, x, addend, eps, rows, C));
  }

  @Override
  public void layerNormGeluBackward(
      Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, int rows, int C) {
    meter.call(
        "layerNormGeluBackward",
        0,
        bytes(dx, dy, x, mean, rstd),
        () -> to.layerNormGeluBackward(dx, dy, x, mean, rstd, rows, C));
  }

  @Override
  public void instanceNormForward(Tensor y, Tensor x, float eps, int B, int T, int C) {
    meter.call(
        "instanceNormForward", 0, bytes(y, x), () -> to.instanceNormForward(y, x, eps, B, T, C));
  }

  @Override
  public void standardizeRows(Tensor y, Tensor x, float eps, int rows, int C) {
    meter.call("standardizeRows", 0, bytes(y, x), () -> to.standardizeRows(y, x, eps, rows, C));
  }

  @Override
  public void meanTokens(Tensor y, Tensor x, int B, int T, int C) {
    meter.call("meanTokens", 0, bytes(y, x), () -> to.meanTokens(y, x, B, T, C));
  }

  @Override
  public void softmaxForward(Tensor y, Tensor x, int rows, int C) {
    meter.call("softmaxForward", 0, bytes(y, x), () -> to.softmaxForward(y, x, rows, C));
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor dy, Tensor y, int rows, int C) {
    meter.call(
        "softmaxBackward", 0, bytes(dx, dy, y), () -> to.softmaxBackward(dx, dy, y, rows, C));
  }

  @Override
  public void channelNormForward(
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor rstd,
      Tensor x,
      Tensor gamma,
      Tensor beta,
      float eps,
      int B,
      int T,
      int C) {
    meter.call(
        "channelNormForward",
        0,
        bytes(y, mean, rstd, x, gamma, beta),
        () -> to.channelNormForward(y, mean, rstd, x, gamma, beta, eps, B, T, C));
  }

  @Override
  public void channelNormBackward(
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
      int C) {
    meter.call(
        "channelNormBackward",
        0,
        bytes(dx, dgamma, dbeta, dy, x, mean, rstd, gamma),
        () -> to.channelNormBackward(dx, dgamma, dbeta, dy, x, mean, rstd, gamma, B, T, C));
  }
}
