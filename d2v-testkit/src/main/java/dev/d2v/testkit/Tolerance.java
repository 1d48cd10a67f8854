package dev.d2v.testkit;

/// How far an F32 result may be from the double-precision oracle. Always relative to the largest
/// magnitude in the oracle's tensor, because a sum's error scales with its largest terms, not with
/// what is left after cancellation.
public final class Tolerance {
  /// Element-wise results and exact copies of a few operations: a handful of roundings of 2^-24.
  public static final double ELEMENTWISE = 1e-6;

  /// Approximated functions (exp, erf, tanh) on top of a few roundings.
  public static final double FUNCTION = 3e-6;

  /// Central differences of an F32 function against a hand-written backward: the differences
  /// themselves are only good to about the cube root of the rounding error.
  public static final double FINITE_DIFFERENCE = 2e-2;

  private Tolerance() {}

  /// A sum of k products: the worst case grows with k, the usual one with its square root; eight
  /// times the usual.
  public static double reduction(int k) {
    return 1e-6 + 8 * 6e-8 * Math.sqrt(k);
  }
}
