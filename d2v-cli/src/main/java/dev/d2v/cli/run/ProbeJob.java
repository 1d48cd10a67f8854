package dev.d2v.cli.run;

/// Scores the encoder of a run with a linear probe and k nearest neighbours.
@FunctionalInterface
public interface ProbeJob {
  /// Prints the scores; fails with a sentence.
  ///
  /// @return the exit status
  int run(ProbeOptions options, Terminal terminal) throws Exception;
}
