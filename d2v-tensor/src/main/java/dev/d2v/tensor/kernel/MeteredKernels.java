package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A vocabulary that tells a [Meter] about every call before handing it on: the planned FLOPs of a
/// step, the table of time by kernel.
public final class MeteredKernels {
  private MeteredKernels() {}

  /// The kernels `to`, metered.
  public static Kernels of(Kernels to, Meter meter) {
    return new Kernels(
        new MeteredMatmul(to.matmul(), meter),
        new MeteredNorm(to.norm(), meter),
        new MeteredAttention(to.attention(), meter),
        new MeteredActivation(to.activation(), meter),
        new MeteredElementwise(to.elementwise(), meter),
        new MeteredConv(to.conv(), meter),
        new MeteredGather(to.gather(), meter),
        new MeteredLoss(to.loss(), meter),
        new MeteredOptimizer(to.optimizer(), meter),
        new MeteredRandom(to.random(), meter),
        new MeteredStorage(to.storage(), meter));
  }

  /// What the tensors take together.
  static long bytes(@Nullable Tensor... tensors) {
    long sum = 0;
    for (Tensor t : tensors) {
      sum += t == null ? 0 : t.bytes();
    }
    return sum;
  }

  private record MeteredMatmul(MatmulKernels to, Meter meter) implements MatmulKernels {
    @Override
    public void matmulNN(
        Tensor c, Tensor a, Tensor b, @Nullable Tensor addend, int m, int n, int k) {
      meter.call(
          "matmulNN",
          2L * m * n * k,
          bytes(c, a, b, addend),
          () -> to.matmulNN(c, a, b, addend, m, n, k));
    }

    @Override
    public void matmulNT(
        Tensor c,
        Tensor a,
        Tensor b,
        @Nullable Tensor bias,
        @Nullable Tensor addend,
        int m,
        int n,
        int k) {
      meter.call(
          "matmulNT",
          2L * m * n * k,
          bytes(c, a, b, bias, addend),
          () -> to.matmulNT(c, a, b, bias, addend, m, n, k));
    }

    @Override
    public void matmulNTGelu(
        Tensor y, @Nullable Tensor pre, Tensor a, Tensor b, Tensor bias, int m, int n, int k) {
      meter.call(
          "matmulNTGelu",
          2L * m * n * k,
          bytes(y, pre, a, b, bias),
          () -> to.matmulNTGelu(y, pre, a, b, bias, m, n, k));
    }

    @Override
    public void matmulNNGeluBackward(
        Tensor dpre, Tensor dy, Tensor w, Tensor pre, int m, int n, int k) {
      meter.call(
          "matmulNNGeluBackward",
          2L * m * n * k,
          bytes(dpre, dy, w, pre),
          () -> to.matmulNNGeluBackward(dpre, dy, w, pre, m, n, k));
    }

    @Override
    public void matmulTN(Tensor c, @Nullable Tensor sums, Tensor a, Tensor b, int m, int n, int k) {
      meter.call(
          "matmulTN",
          2L * m * n * k,
          bytes(c, sums, a, b),
          () -> to.matmulTN(c, sums, a, b, m, n, k));
    }
  }

  private record MeteredAttention(AttentionKernels to, Meter meter) implements AttentionKernels {
    @Override
    public void attentionForward(
        Tensor out,
        @Nullable Tensor lse,
        Tensor qkv,
        @Nullable Tensor bias,
        @Nullable Tensor padding,
        @Nullable DropoutSpec dropout,
        float scale,
        int B,
        int T,
        int H,
        int D) {
      meter.call(
          "attentionForward",
          4L * B * H * T * T * D,
          bytes(out, lse, qkv, bias, padding),
          () -> to.attentionForward(out, lse, qkv, bias, padding, dropout, scale, B, T, H, D));
    }

    @Override
    public void attentionBackward(
        Tensor dqkv,
        @Nullable Tensor dbias,
        Tensor dout,
        Tensor qkv,
        Tensor out,
        Tensor lse,
        @Nullable Tensor bias,
        @Nullable Tensor padding,
        @Nullable DropoutSpec dropout,
        float scale,
        int B,
        int T,
        int H,
        int D) {
      meter.call(
          "attentionBackward",
          10L * B * H * T * T * D,
          bytes(dqkv, dbias, dout, qkv, out, lse, bias, padding),
          () ->
              to.attentionBackward(
                  dqkv, dbias, dout, qkv, out, lse, bias, padding, dropout, scale, B, T, H, D));
    }
  }

  private record MeteredActivation(ActivationKernels to, Meter meter) implements ActivationKernels {
    @Override
    public void geluForward(Tensor y, Tensor x, long size) {
      meter.call("geluForward", 0, bytes(y, x), () -> to.geluForward(y, x, size));
    }

    @Override
    public void geluBackward(Tensor dx, Tensor dy, Tensor x, long size) {
      meter.call("geluBackward", 0, bytes(dx, dy, x), () -> to.geluBackward(dx, dy, x, size));
    }

    @Override
    public void activationForward(Tensor y, Tensor x, Activation f, long size) {
      meter.call("activationForward", 0, bytes(y, x), () -> to.activationForward(y, x, f, size));
    }
  }

  private record MeteredElementwise(ElementwiseKernels to, Meter meter)
      implements ElementwiseKernels {
    @Override
    public void add(Tensor y, Tensor a, Tensor b, long size) {
      meter.call("add", 0, bytes(y, a, b), () -> to.add(y, a, b, size));
    }

    @Override
    public void scale(Tensor y, Tensor x, float alpha, long size) {
      meter.call("scale", 0, bytes(y, x), () -> to.scale(y, x, alpha, size));
    }

    @Override
    public void axpy(Tensor y, Tensor x, float alpha, long size) {
      meter.call("axpy", 0, bytes(y, x), () -> to.axpy(y, x, alpha, size));
    }

    @Override
    public void fill(Tensor y, float value, long size) {
      meter.call("fill", 0, bytes(y), () -> to.fill(y, value, size));
    }

    @Override
    public void copy(Tensor y, Tensor x, long size) {
      meter.call("copy", 0, bytes(y, x), () -> to.copy(y, x, size));
    }

    @Override
    public void addRows(Tensor y, Tensor x, Tensor v, int rows, int period, int C) {
      meter.call("addRows", 0, bytes(y, x, v), () -> to.addRows(y, x, v, rows, period, C));
    }

    @Override
    public void sumRows(Tensor y, Tensor x, int rows, int period, int C) {
      meter.call("sumRows", 0, bytes(y, x), () -> to.sumRows(y, x, rows, period, C));
    }

    @Override
    public void scaleGroups(Tensor y, Tensor x, Tensor scale, int groups, long size) {
      meter.call(
          "scaleGroups", 0, bytes(y, x, scale), () -> to.scaleGroups(y, x, scale, groups, size));
    }

    @Override
    public void scaleGroupsBackward(
        Tensor dscale, Tensor dy, Tensor x, Tensor scale, int B, int groups, int per) {
      meter.call(
          "scaleGroupsBackward",
          0,
          bytes(dscale, dy, x, scale),
          () -> to.scaleGroupsBackward(dscale, dy, x, scale, B, groups, per));
    }

    @Override
    public void weightNormForward(Tensor w, Tensor norm, Tensor v, Tensor g, int rows, int K) {
      meter.call(
          "weightNormForward",
          0,
          bytes(w, norm, v, g),
          () -> to.weightNormForward(w, norm, v, g, rows, K));
    }

    @Override
    public void weightNormBackward(
        Tensor dv, Tensor dg, Tensor dw, Tensor v, Tensor g, Tensor norm, int rows, int K) {
      meter.call(
          "weightNormBackward",
          0,
          bytes(dv, dg, dw, v, g, norm),
          () -> to.weightNormBackward(dv, dg, dw, v, g, norm, rows, K));
    }
  }

  private record MeteredConv(ConvKernels to, Meter meter) implements ConvKernels {
    @Override
    public void conv2dForward(
        Tensor y, Tensor x, Tensor w, @Nullable Tensor bias, ConvShape shape) {
      meter.call(
          "conv2dForward",
          2L * shape.outRows() * shape.weightSize(),
          bytes(y, x, w, bias),
          () -> to.conv2dForward(y, x, w, bias, shape));
    }

    @Override
    public void conv2dBackwardInput(
        Tensor dx, Tensor dy, Tensor w, @Nullable Tensor addend, ConvShape shape) {
      meter.call(
          "conv2dBackwardInput",
          2L * shape.outRows() * shape.weightSize(),
          bytes(dx, dy, w, addend),
          () -> to.conv2dBackwardInput(dx, dy, w, addend, shape));
    }

    @Override
    public void conv2dBackwardWeight(
        Tensor dw, @Nullable Tensor dbias, Tensor dy, Tensor x, ConvShape shape) {
      meter.call(
          "conv2dBackwardWeight",
          2L * shape.outRows() * shape.weightSize(),
          bytes(dw, dbias, dy, x),
          () -> to.conv2dBackwardWeight(dw, dbias, dy, x, shape));
    }

    @Override
    public void patches(
        Tensor y, Tensor x, boolean channelsLast, int B, int C, int H, int W, int P) {
      meter.call("patches", 0, bytes(y, x), () -> to.patches(y, x, channelsLast, B, C, H, W, P));
    }
  }

  private record MeteredGather(GatherKernels to, Meter meter) implements GatherKernels {
    @Override
    public void gatherRows(Tensor y, Tensor x, @Nullable Tensor z, Tensor index, int n, int C) {
      meter.call("gatherRows", 0, bytes(y, x, z, index), () -> to.gatherRows(y, x, z, index, n, C));
    }

    @Override
    public void scatterRows(
        Tensor dx,
        @Nullable Tensor dz,
        Tensor dy,
        Tensor index,
        int n,
        int rowsX,
        int rowsZ,
        int C) {
      meter.call(
          "scatterRows",
          0,
          bytes(dx, dz, dy, index),
          () -> to.scatterRows(dx, dz, dy, index, n, rowsX, rowsZ, C));
    }

    @Override
    public void gatherPairs(Tensor y, Tensor table, Tensor keep, int R, int H, int V, int T) {
      meter.call(
          "gatherPairs",
          0,
          bytes(y, table, keep),
          () -> to.gatherPairs(y, table, keep, R, H, V, T));
    }

    @Override
    public void distancePairs(Tensor y, Tensor slope, Tensor keep, int R, int H, int V) {
      meter.call(
          "distancePairs",
          0,
          bytes(y, slope, keep),
          () -> to.distancePairs(y, slope, keep, R, H, V));
    }
  }

  private record MeteredLoss(LossKernels to, Meter meter) implements LossKernels {
    @Override
    public void regression(
        Tensor loss,
        Tensor dpred,
        Tensor pred,
        Tensor target,
        Tensor targetRow,
        float beta,
        float scale,
        int rows,
        int C) {
      meter.call(
          "regression",
          0,
          bytes(loss, dpred, pred, target, targetRow),
          () -> to.regression(loss, dpred, pred, target, targetRow, beta, scale, rows, C));
    }

    @Override
    public void spread(Tensor out, Tensor x, Tensor index, int n, int C) {
      meter.call("spread", 0, bytes(out, x, index), () -> to.spread(out, x, index, n, C));
    }
  }

  private record MeteredOptimizer(OptimizerKernels to, Meter meter) implements OptimizerKernels {
    @Override
    public void clip(StepNumbers numbers, Tensor g, long size) {
      meter.call("clip", 0, bytes(g), () -> to.clip(numbers, g, size));
    }

    @Override
    public void adamW(
        StepNumbers numbers,
        Tensor p,
        Tensor m,
        Tensor v,
        @Nullable Tensor t,
        Tensor g,
        boolean decays,
        float lrScale,
        double beta1,
        double beta2,
        double eps,
        long size) {
      meter.call(
          "adamW",
          0,
          bytes(p, m, v, t, g),
          () -> to.adamW(numbers, p, m, v, t, g, decays, lrScale, beta1, beta2, eps, size));
    }

    @Override
    public void ema(StepNumbers numbers, Tensor t, Tensor p, long size) {
      meter.call("ema", 0, bytes(t, p), () -> to.ema(numbers, t, p, size));
    }
  }

  private record MeteredRandom(RandomKernels to, Meter meter) implements RandomKernels {
    @Override
    public void fillNormal(Tensor y, StepNumbers numbers, int stream, float std, long size) {
      meter.call("fillNormal", 0, bytes(y), () -> to.fillNormal(y, numbers, stream, std, size));
    }

    @Override
    public void dropout(Tensor y, Tensor x, StepNumbers numbers, int stream, float p, long size) {
      meter.call("dropout", 0, bytes(y, x), () -> to.dropout(y, x, numbers, stream, p, size));
    }

    @Override
    public void dropPath(
        Tensor y, Tensor x, StepNumbers numbers, int stream, float p, int rows, int rowSize) {
      meter.call(
          "dropPath", 0, bytes(y, x), () -> to.dropPath(y, x, numbers, stream, p, rows, rowSize));
    }
  }
}
