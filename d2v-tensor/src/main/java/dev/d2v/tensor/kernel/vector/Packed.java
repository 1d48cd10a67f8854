package dev.d2v.tensor.kernel.vector;

import java.util.Arrays;

/// Memory for a packed operand: an array that only grows, and the place in it where a line of the
/// caches begins.
final class Packed {
  float[] array = {};
  int at;

  /// Makes room for so many floats from `at` on, which may be another place than before: what they
  /// are is undefined.
  void fit(long length) {
    long whole = length + CacheLines.FLOATS;
    if (array.length < whole) {
      array = new float[Math.toIntExact(whole)];
    }
    at = CacheLines.start(array);
  }

  /// One for each thread.
  static Packed[] forThreads(int threads) {
    Packed[] all = new Packed[threads];
    Arrays.setAll(all, _ -> new Packed());
    return all;
  }
}
