package dev.d2v.benchmarks.compare;

/// How long is measured.
///
/// @param rounds in each, every engine has a turn; medians are over the rounds
/// @param millis of a turn
/// @param warmUpMillis of each engine before the rounds
public record Effort(int rounds, long millis, long warmUpMillis) {
  /// What is usual.
  public static final Effort USUAL = new Effort(5, 40, 150);

  /// Checks that there is something to measure.
  public Effort {
    if (rounds < 1 || millis < 1 || warmUpMillis < 0) {
      throw new IllegalArgumentException("rounds and milliseconds must be positive");
    }
  }
}
