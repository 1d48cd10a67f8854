package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What inference does with weights that are kept in fewer bits: they are widened to F32 where they
/// are used, activations and sums are F32. None of these has a backward.
public interface StorageKernels {
  /// `c = a w^T + bias + addend`. c (m,n) a (m,k) w (n,k) bias (n) or null addend (m,n) or null;
  /// addend may be c itself
  void storedNT(
      Tensor c,
      Tensor a,
      StoredMatrix w,
      @Nullable Tensor bias,
      @Nullable Tensor addend,
      int m,
      int n,
      int k);

  /// `y = gelu(a w^T + bias)`. y (m,n) a (m,k) w (n,k) bias (n)
  void storedNTGelu(Tensor y, Tensor a, StoredMatrix w, Tensor bias, int m, int n, int k);

  /// `y[j] = w[index[j]]`, or `w[-1-index[j]]` for a negative index. y (n,C) w (any,C) index (n)
  /// I32
  void storedRows(Tensor y, StoredMatrix w, Tensor index, int n, int C);

  /// `y = w` in F32. y (rows,K) w (rows,K)
  void widen(Tensor y, StoredMatrix w, int rows, int K);
}
