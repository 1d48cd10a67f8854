package dev.d2v.benchmarks.compare;

import java.util.Optional;

/// Something that can compute cases: d2v, or a rival.
public interface Engine extends AutoCloseable {
  /// Name, version and what it says of its threads.
  String description();

  /// The case, ready to run; empty where the engine has nothing that computes it.
  Optional<Task> open(Case which);

  @Override
  void close();
}
