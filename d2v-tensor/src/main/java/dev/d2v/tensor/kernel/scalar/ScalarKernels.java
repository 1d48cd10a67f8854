package dev.d2v.tensor.kernel.scalar;

import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.parallel.RowParallel;

/// The scalar reference: clear loops that read like the formulas.
public final class ScalarKernels {
  private ScalarKernels() {}

  /// All families over these threads.
  public static Kernels over(RowParallel parallel) {
    return new Kernels(
        new ScalarMatmul(parallel),
        new ScalarNorm(parallel),
        new ScalarAttention(parallel),
        new ScalarActivation(parallel),
        new ScalarElementwise(parallel),
        new ScalarConv(parallel),
        new ScalarGather(parallel),
        new ScalarLoss(parallel),
        new ScalarOptimizer(parallel),
        new ScalarRandom(parallel),
        new ScalarStorage(parallel));
  }
}
