package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Products of row-major matrices. N = as stored, T = transposed; `m, n` are the extents of the
/// result, `k` is summed over. A linear layer `y = x W^T + b` with `W (out,in)` uses NT forward, NN
/// for `dx`, TN for `dW`.
///
/// A result overlaps no operand but an addend that is the result itself: its memory may be written
/// before the operands are read.
public interface MatmulKernels {
  /// `c = a b + addend`. c (m,n) a (m,k) b (k,n) addend (m,n) or null; addend may be c itself.
  void matmulNN(Tensor c, Tensor a, Tensor b, @Nullable Tensor addend, int m, int n, int k);

  /// `c = a b^T + bias + addend`. c (m,n) a (m,k) b (n,k) bias (n) or null addend (m,n) or null;
  /// addend may be c itself.
  void matmulNT(
      Tensor c,
      Tensor a,
      Tensor b,
      @Nullable Tensor bias,
      @Nullable Tensor addend,
      int m,
      int n,
      int k);

  /// `pre = a b^T + bias`, `y = gelu(pre)`. y, pre (m,n) a (m,k) b (n,k) bias (n)
  ///
  /// `pre` is what the backward needs; null when nothing will be differentiated.
  void matmulNTGelu(
      Tensor y, @Nullable Tensor pre, Tensor a, Tensor b, Tensor bias, int m, int n, int k);

  /// `dpre = (dy w) * gelu'(pre)`: the backward through a linear layer and the GELU before it.
  /// dpre, pre (m,n) dy (m,k) w (k,n)
  void matmulNNGeluBackward(Tensor dpre, Tensor dy, Tensor w, Tensor pre, int m, int n, int k);

  /// `c += a^T b`, `sums += column sums of a`: the gradients of a weight and of a bias. c (m,n)
  /// sums (m) or null a (k,m) b (k,n)
  void matmulTN(Tensor c, @Nullable Tensor sums, Tensor a, Tensor b, int m, int n, int k);
}
