package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.parallel.RowParallel;

/// The kernels with the Vector API.
public final class VectorKernels {
  private VectorKernels() {}

  /// All families over these threads.
  public static Kernels over(RowParallel parallel) {
    return new Kernels(
        new VectorMatmul(parallel),
        new VectorNorm(parallel),
        new VectorAttention(parallel),
        new VectorActivation(parallel),
        new VectorElementwise(parallel),
        new VectorConv(parallel),
        new VectorGather(parallel),
        new VectorLoss(parallel),
        new VectorOptimizer(parallel),
        new VectorRandom(parallel));
  }

  /// Width of the vectors in use, in bits.
  public static int bits() {
    return Lanes.F.vectorBitSize();
  }
}
