package dev.d2v.benchmarks.compare;

/// What is left of a result to compare it between processes: its sum with made-up signs and its
/// length. Results that differ by rounding have nearly the same; a wrong order, a missing bias or a
/// transposed operand changes the first by about the second.
///
/// @param projection `sum of s_i y_i`, s_i = 1 or -1
/// @param norm `sqrt(sum of y_i^2)`
public record Checksum(double projection, double norm) {
  private static final double TOLERANCE = 1e-3;

  /// The checksum of a result.
  public static Checksum of(float[] result) {
    double projection = 0;
    double squares = 0;
    long state = 1;
    for (float y : result) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      projection += state < 0 ? y : -y;
      squares += (double) y * y;
    }
    return new Checksum(projection, Math.sqrt(squares));
  }

  /// Whether both may be of the same result.
  public boolean agrees(Checksum other) {
    double allowed = TOLERANCE * Math.max(norm, 1e-30);
    return Math.abs(projection - other.projection) <= allowed
        && Math.abs(norm - other.norm) <= allowed;
  }
}
