package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;

/// The kernels with the Vector API.
public final class VectorKernels {
  private VectorKernels() {}

  /// All families over these threads, with working memory that outlives the kernels.
  public static Kernels over(RowParallel parallel, Scratch scratch) {
    return new Kernels(
        new VectorMatmul(parallel, scratch),
        new VectorNorm(parallel, scratch),
        new VectorAttention(parallel, scratch),
        new VectorActivation(parallel),
        new VectorElementwise(parallel, scratch),
        new VectorConv(parallel),
        new VectorGather(parallel, scratch),
        new VectorLoss(parallel, scratch),
        new VectorOptimizer(parallel),
        new VectorRandom(parallel, scratch),
        new VectorStorage(parallel, scratch));
  }

  /// Width of the vectors in use, in bits.
  public static int bits() {
    return Lanes.F.vectorBitSize();
  }
}
