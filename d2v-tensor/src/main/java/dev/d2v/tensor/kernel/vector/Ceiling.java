package dev.d2v.tensor.kernel.vector;

/// TEMPORARY.
public final class Ceiling {
  private Ceiling() {}

  /// TEMP.
  public static double fmaGflops(int threads) {
    return 117 * threads;
  }
}
