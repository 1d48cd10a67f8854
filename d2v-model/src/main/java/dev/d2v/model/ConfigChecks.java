package dev.d2v.model;

/// The sentences that configuration records refuse bad values with.
public final class ConfigChecks {
  private ConfigChecks() {}

  /// Fails unless `value >= 1`.
  public static void positive(String field, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1, got " + value);
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
