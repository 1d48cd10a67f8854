package dev.d2v.benchmarks.compare;

/// One case made ready by an engine: operands in its own memory and layout.
public interface Task extends AutoCloseable {
  /// Computes once; this is what is timed.
  void run();

  /// The result in the layout of d2v's kernel, after one run.
  float[] result();

  @Override
  void close();
}
