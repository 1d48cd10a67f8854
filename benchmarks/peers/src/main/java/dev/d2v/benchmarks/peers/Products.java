package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Inputs;
import dev.d2v.benchmarks.compare.Operation;

/// What engines that only multiply have in common: operands, and the bias that they leave out.
final class Products {
  private Products() {}

  /// Whether a case is a product without GELU.
  static boolean isProduct(Case z) {
    return switch (z.operation()) {
      case MATMUL_NN, MATMUL_NT, MATMUL_TN -> true;
      default -> false;
    };
  }

  static float[] a(Case z) {
    return Inputs.floats("a", z.dim(0) * z.dim(2));
  }

  static float[] b(Case z) {
    return Inputs.floats("b", z.dim(1) * z.dim(2));
  }

  static float[] bias(Case z) {
    return Inputs.floats("bias", z.dim(1));
  }

  static float[] c(Case z) {
    return Inputs.floats("c", z.dim(0) * z.dim(1));
  }

  /// Adds the bias to a product that was computed without: d2v does it in the same pass, these
  /// rivals are not charged for it.
  static float[] withBias(Case z, float[] c) {
    if (z.operation() == Operation.MATMUL_NT) {
      float[] bias = bias(z);
      for (int i = 0; i < c.length; i++) {
        c[i] += bias[i % bias.length];
      }
    }
    return c;
  }
}
