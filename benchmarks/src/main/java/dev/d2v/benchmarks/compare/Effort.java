package dev.d2v.benchmarks.compare;

/// How long is measured.
///
/// @param rounds in each, every engine has a turn; medians are over the rounds
/// @param millis of a turn
/// @param warmUpMillis of each engine before the rounds
/// @param firstMillis of d2v before its first case of a kernel: until then the compiler is at work,
///   on the same cores
public record Effort(int rounds, long millis, long warmUpMillis, long firstMillis) {
  /// Checks that there is something to measure.
  public Effort {
    if (rounds < 1 || millis < 1 || warmUpMillis < 0 || firstMillis < 0) {
      throw new IllegalArgumentException("rounds and milliseconds must be positive");
    }
  }

  /// What is usual, with so many rounds.
  public static Effort of(int rounds) {
    return new Effort(rounds, 40, 150, 2000);
  }
}
