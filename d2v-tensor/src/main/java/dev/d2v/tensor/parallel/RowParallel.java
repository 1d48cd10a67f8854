package dev.d2v.tensor.parallel;

/// Runs a loop body over parts of a range, on threads that belong to one backend.
///
/// A kernel divides its work into `parts` by shape, never by the number of threads, and writes each
/// part's result to its own place; partial sums are added afterwards in the order of the parts. So
/// results are the same, bit for bit, for any number of threads.
public interface RowParallel extends AutoCloseable {
  /// The work of one part.
  @FunctionalInterface
  interface Body {
    /// Does part `part`; `thread` in [0, threads) names scratch memory that no other running part
    /// uses.
    void run(int part, int thread);
  }

  /// Number of threads, the caller's included.
  int threads();

  /// Runs `body` once for every part in [0, parts) and returns when all are done. Rethrows the
  /// first failure. Called by one thread at a time and not from within a body.
  void run(int parts, Body body);

  @Override
  void close();
}
