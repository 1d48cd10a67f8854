package dev.d2v.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Something that can compute cases, and perhaps train: d2v, or a rival.
public interface Engine extends AutoCloseable {
  /// Name, version and what it says of its threads.
  String description();

  /// The case, ready to run; empty where the engine has nothing that computes it.
  Optional<Task> open(Case which);

  /// An update of a recipe whose weights, samples, masks and noise are in a file that [StepFile]
  /// wrote; empty where the engine does not train.
  default Optional<Task> step(Path file) throws IOException {
    return Optional.empty();
  }

  @Override
  void close();
}
