package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;
import dev.d2v.nn.optim.Schedule;

/// The learning rate over a run.
///
/// @param schedule its form
/// @param peak the highest rate
/// @param minimum the rate at the end (COSINE), or a factor on the peak (TRI_STAGE)
/// @param warmupUpdates updates of linear warm-up; -1: `warmupFraction` of the run
/// @param warmupFraction part of the run that is warm-up, when warmupUpdates is -1
/// @param holdFraction part of the run at the peak (TRI_STAGE)
public record LearningRateConfig(
    Kind schedule,
    double peak,
    double minimum,
    long warmupUpdates,
    double warmupFraction,
    double holdFraction) {
  /// The form of the schedule.
  public enum Kind {
    /// Half a cosine after the warm-up.
    COSINE,
    /// Warm-up, hold, exponential decay.
    TRI_STAGE,
    /// A straight line down after the warm-up.
    POLYNOMIAL,
    /// Always the peak.
    CONSTANT
  }

  /// Checks the numbers.
  public LearningRateConfig {
    ConfigChecks.notNegative("learningRate.peak", peak);
    ConfigChecks.notNegative("learningRate.minimum", minimum);
    ConfigChecks.ratio("learningRate.warmupFraction", warmupFraction);
    ConfigChecks.ratio("learningRate.holdFraction", holdFraction);
    ConfigChecks.that(
        warmupFraction + holdFraction <= 1,
        "learningRate: warm-up and hold together are longer than the run");
  }

  /// A cosine to zero with a warm-up of so many updates.
  public static LearningRateConfig cosine(double peak, long warmupUpdates) {
    return new LearningRateConfig(Kind.COSINE, peak, 0, warmupUpdates, 0, 0);
  }

  /// A cosine to zero that warms up over this part of the run.
  public static LearningRateConfig cosineFraction(double peak, double warmupFraction) {
    return new LearningRateConfig(Kind.COSINE, peak, 0, -1, warmupFraction, 0);
  }

  /// The schedule of a run of so many updates.
  public Schedule over(long updates) {
    long warmup =
        warmupUpdates >= 0
            ? Math.min(warmupUpdates, updates - 1)
            : Math.round(warmupFraction * updates);
    long hold = Math.round(holdFraction * updates);
    return switch (schedule) {
      case CONSTANT -> new Schedule.Constant(peak);
      case COSINE -> new Schedule.Cosine(peak, warmup, updates, -1, minimum, -1, 1, 0.1);
      case TRI_STAGE ->
          new Schedule.TriStage(
              peak, warmup, hold, Math.max(1, updates - warmup - hold), 0.01, minimum);
      case POLYNOMIAL -> new Schedule.Polynomial(peak, warmup, updates, 0, 1);
    };
  }
}
