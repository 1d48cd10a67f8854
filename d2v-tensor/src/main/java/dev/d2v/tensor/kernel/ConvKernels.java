package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Grouped convolutions on channels-last data and patches of images. Weights are stored as
/// published: `(out, in/groups, KH, KW)`. No im2col buffer of the whole input is made.
public interface ConvKernels {
  /// `y[n,p,q,o] = bias[o] + sum over i,r,s of w[o,i,r,s] * x[n, p*sh+r-padTop, q*sw+s-padLeft,
  /// g(o)*I+i]`, zero outside. x (N,H,W,Cin) y (N,OH,OW,Cout) bias (Cout) or null
  void conv2dForward(Tensor y, Tensor x, Tensor w, @Nullable Tensor bias, ConvShape shape);

  /// `dx` of [#conv2dForward], plus addend, assigned. addend like dx, dx itself, or null
  void conv2dBackwardInput(
      Tensor dx, Tensor dy, Tensor w, @Nullable Tensor addend, ConvShape shape);

  /// `dw +=`, `dbias +=` of [#conv2dForward]. dbias (Cout) or null
  void conv2dBackwardWeight(
      Tensor dw, @Nullable Tensor dbias, Tensor dy, Tensor x, ConvShape shape);

  /// Cuts images into P x P patches, token t = row * (W/P) + column. y (B, (H/P)*(W/P), C*P*P) x
  /// (B,C,H,W)
  ///
  /// @param channelsLast false: inside a patch (channel, row, column), the order of a convolution's
  ///   weight; true: (row, column, channel), the order of the reconstruction target
  void patches(Tensor y, Tensor x, boolean channelsLast, int B, int C, int H, int W, int P);
}
