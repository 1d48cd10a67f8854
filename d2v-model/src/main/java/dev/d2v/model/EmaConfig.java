package dev.d2v.model;

import dev.d2v.nn.optim.EmaSchedule;

/// The teacher's decay.
///
/// @param start decay at update 0
/// @param end decay at the end of annealing; 1 freezes the teacher
/// @param schedule how it goes from start to end
/// @param annealUpdates updates until `end` is reached; 0: the whole run
/// @param warmupFraction part of the run at the start during which the decay stays at `start`
///   (COSINE only)
/// @param sharedBlocksOnly true: the teacher is the shared blocks alone and reads the student's
///   features (text)
public record EmaConfig(
    double start,
    double end,
    Kind schedule,
    long annealUpdates,
    double warmupFraction,
    boolean sharedBlocksOnly) {
  /// The form of the schedule.
  public enum Kind {
    /// A straight line, as published.
    LINEAR,
    /// `end - (end - start) (1 + cos(pi progress)) / 2` over the run.
    COSINE
  }

  /// Checks that decays and fractions are in [0,1].
  public EmaConfig {
    ConfigChecks.ratio("ema.start", start);
    ConfigChecks.ratio("ema.end", end);
    ConfigChecks.notNegative("ema.annealUpdates", (double) annealUpdates);
    ConfigChecks.probability("ema.warmupFraction", warmupFraction);
  }

  /// A straight line over so many updates, 0 for the whole run.
  public static EmaConfig linear(double start, double end, long annealUpdates) {
    return new EmaConfig(start, end, Kind.LINEAR, annealUpdates, 0, false);
  }

  /// The schedule of a run of so many updates.
  public EmaSchedule over(long updates) {
    long length = annealUpdates > 0 ? annealUpdates : updates;
    return switch (schedule) {
      case LINEAR -> new EmaSchedule.Linear(start, end, length);
      case COSINE ->
          new EmaSchedule.CosineWarmup(start, end, Math.round(warmupFraction * length), length);
    };
  }
}
