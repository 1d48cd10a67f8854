package dev.d2v.benchmarks.peers;

import org.bytedeco.javacpp.FloatPointer;

/// A library's product of row-major matrices, `c = op(a) op(b) + beta c`.
@FunctionalInterface
interface Sgemm {
  /// c (m,n); op(a) (m,k), stored (k,m) when transposed; op(b) (k,n), stored (n,k) when transposed.
  void multiply(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      FloatPointer a,
      FloatPointer b,
      float beta,
      FloatPointer c);
}
