package dev.d2v.cli.goldens;

/// The reference data's own suggestions; what two float32 runs on different hardware may differ by.
final class Tolerances {
  /// Total and component losses, relative.
  static final double LOSS = 1e-5;

  /// Forward tensors, relative to the largest magnitude.
  static final double FORWARD = 2e-5;

  /// Gradients, relative to the largest magnitude.
  static final double GRADIENT = 1e-4;

  /// The teacher after one update, absolute.
  static final double TEACHER = 1e-6;

  /// Loss of a trajectory's step, relative.
  static final double TRAJECTORY_LOSS = 2e-5;

  /// Gradient norm of a trajectory's step, relative.
  static final double TRAJECTORY_NORM = 1e-4;

  /// Final parameters of a trajectory, absolute, all elements.
  static final double TRAJECTORY_PARAMETER = 2e-4;

  /// Final parameters of a trajectory, absolute, 99.9 % of the elements.
  static final double TRAJECTORY_PARAMETER_MOST = 2e-5;

  /// Schedules in double arithmetic, relative.
  static final double SCHEDULE = 1e-9;

  /// Frequencies: standard errors between two estimates.
  static final double STANDARD_ERRORS = 5;

  private Tolerances() {}
}
