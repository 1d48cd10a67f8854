package dev.d2v.model;

/// The sentences that configuration records refuse bad values with.
public final class ConfigChecks {
  /// No network has more layers of a kind. What is read from a file is built layer by layer, so a
  /// number that is not meant is refused first.
  public static final int MOST_LAYERS = 1_000;

  /// Numbers of a table that follows from a configuration, without being in a file of weights: 128
  /// MiB.
  private static final long MOST_NUMBERS = 1L << 25;

  /// No network has wider layers.
  private static final int MOST_CHANNELS = 1 << 16;

  private ConfigChecks() {}

  /// Fails unless `value >= 1`.
  public static void positive(String field, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1, got " + value);
    }
  }

  /// Fails when there are more than [#MOST_LAYERS].
  public static void layers(String field, long value) {
    if (value > MOST_LAYERS) {
      throw new IllegalArgumentException(
          "%s must be at most %,d, got %d".formatted(field, MOST_LAYERS, value));
    }
  }

  /// Fails when there are more channels than any network has.
  public static void channels(String field, long value) {
    if (value > MOST_CHANNELS) {
      throw new IllegalArgumentException(
          "%s must be at most %,d, got %d".formatted(field, MOST_CHANNELS, value));
    }
  }

  /// Fails when a table that follows from the configuration would be too large for any machine.
  ///
  /// @param what makes the table
  static void table(String what, double rows, double columns) {
    if (rows * columns > MOST_NUMBERS) {
      throw new IllegalArgumentException(
          "%s would be a table of %.0f numbers, more than %,d"
              .formatted(what, rows * columns, MOST_NUMBERS));
    }
  }

  /// Fails unless `value` is finite and at least 0.
  public static void notNegative(String field, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(field + " must be 0 or more, got " + value);
    }
  }

  /// Fails unless `value` is in [0,1].
  public static void ratio(String field, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(field + " must be in [0,1], got " + value);
    }
  }

  /// Fails unless `value` is in [0,1).
  public static void probability(String field, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(field + " must be in [0,1), got " + value);
    }
  }

  /// Fails with the sentence unless the condition holds.
  public static void that(boolean condition, String sentence) {
    if (!condition) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
