package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvKernels;
import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.tensor.kernel.scalar.ScalarConv;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// Grouped convolutions of any stride in register tiles over padded panels. Forward and backward to
/// the input are one and the same between two grids ([ConvView], [ConvProduct]); backward to the
/// weight is [ConvGradient].
public final class VectorConv implements ConvKernels {
  private final RowParallel parallel;
  private final ConvProduct product;
  private final ConvGradient gradient;

  /// Over these threads.
  public VectorConv(RowParallel parallel) {
    this.parallel = parallel;
    this.product = new ConvProduct(parallel);
    this.gradient = new ConvGradient(parallel);
  }

  @Override
  public void conv2dForward(Tensor y, Tensor x, Tensor w, @Nullable Tensor bias, ConvShape shape) {
    ScalarConv.check("conv2dForward", y, x, w, bias, shape);
    long b = bias == null ? 0 : Native.address(bias);
    ConvView view = ConvView.forward(shape, fold(shape, shape.outChannels(), 1));
    product.run(view, Native.address(y), Native.address(x), Native.address(w), b, 0);
  }

  @Override
  public void conv2dBackwardInput(
      Tensor dx, Tensor dy, Tensor w, @Nullable Tensor addend, ConvShape shape) {
    ScalarConv.check("conv2dBackwardInput", dy, dx, w, null, shape);
    Checks.floats("conv2dBackwardInput", dx.size(), "addend", addend);
    long d = addend == null ? 0 : Native.address(addend);
    int phases = shape.strideHeight() * shape.strideWidth();
    ConvView view = ConvView.backward(shape, fold(shape, shape.inChannels(), phases));
    product.run(view, Native.address(dx), Native.address(dy), Native.address(w), 0, d);
  }

  @Override
  public void conv2dBackwardWeight(
      Tensor dw, @Nullable Tensor dbias, Tensor dy, Tensor x, ConvShape shape) {
    ScalarConv.check("conv2dBackwardWeight", dy, x, dw, dbias, shape);
    long b = dbias == null ? 0 : Native.address(dbias);
    int phases = shape.strideHeight() * shape.strideWidth();
    ConvView view = ConvView.forward(shape, fold(shape, shape.inChannels(), phases));
    gradient.run(view, Native.address(dw), b, Native.address(dy), Native.address(x));
  }

  /// The fold for `phases` places of a group's channels along the lanes of vectors.
  private static int fold(ConvShape s, int channels, int phases) {
    int lanes = channels / s.groups() * phases;
    return ConvView.fold(lanes, s.kernelWidth(), s.strideWidth(), s.outWidth());
  }

  @Override
  public void patches(Tensor y, Tensor x, boolean channelsLast, int B, int C, int H, int W, int P) {
    Checks.that(H % P == 0 && W % P == 0, "patches", "H and W must be multiples of P");
    Checks.floats("patches", (long) B * C * H * W, "y x", y, x);
    long to = Native.address(y);
    long from = Native.address(x);
    int rows = H / P;
    parallel.run(
        B * rows,
        (part, thread) -> {
          long image = from + 4L * C * H * W * (part / rows);
          long line = image + 4L * W * P * (part % rows);
          for (int t = 0; t < W / P; t++) {
            long patch = to + 4L * C * P * P * ((long) part * (W / P) + t);
            patch(patch, line + 4L * t * P, channelsLast, C, H * W, W, P);
          }
        });
  }

  /// One patch: runs of P neighbouring pixels of a channel.
  private static void patch(
      long to, long from, boolean channelsLast, int C, int plane, int W, int P) {
    for (int c = 0; c < C; c++) {
      for (int row = 0; row < P; row++) {
        long pixels = from + 4 * ((long) c * plane + (long) row * W);
        if (channelsLast && C > 1) {
          for (int i = 0; i < P; i++) {
            Native.set(to + 4L * ((row * P + i) * C + c), Native.get(pixels + 4L * i));
          }
        } else {
          Packing.copy(to + 4L * (c * P + row) * P, pixels, P);
        }
      }
    }
  }
}
