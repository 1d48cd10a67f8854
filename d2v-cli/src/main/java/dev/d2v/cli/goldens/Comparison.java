package dev.d2v.cli.goldens;

import java.util.Arrays;

/// Collects the deviations of one case. The first one beyond its tolerance is kept by name:
/// comparisons are made in the order of computation, so it is where an error begins.
final class Comparison {
  private final String name;
  private double worst;
  private String worstAt = "";
  private String firstFailure = "";
  private int count;

  Comparison(String name) {
    this.name = name;
  }

  /// Largest difference relative to the largest magnitude expected.
  void relative(String what, float[] expected, float[] actual, double tolerance) {
    if (lengthsDiffer(what, expected.length, actual.length)) {
      return;
    }
    double largest = 0;
    double off = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double d = Math.abs((double) expected[i] - actual[i]);
      boolean equal = expected[i] == actual[i];
      off = equal ? off : Double.isFinite(d) ? Math.max(off, d) : Double.POSITIVE_INFINITY;
    }
    note(what, off == 0 ? 0 : off / Math.max(largest, 1e-30) / tolerance);
  }

  /// Largest difference.
  void absolute(String what, float[] expected, float[] actual, double tolerance) {
    if (lengthsDiffer(what, expected.length, actual.length)) {
      return;
    }
    double off = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = Math.abs((double) expected[i] - actual[i]);
      off = Double.isFinite(d) ? Math.max(off, d) : Double.POSITIVE_INFINITY;
    }
    note(what, off / tolerance);
  }

  /// A number, relative to what is expected.
  void number(String what, double expected, double actual, double tolerance) {
    double off = Math.abs(expected - actual);
    double ratio = expected == actual ? 0 : off / Math.max(Math.abs(expected), 1e-300) / tolerance;
    note(what, ratio);
  }

  /// A difference against what is allowed.
  void within(String what, double off, double allowed) {
    note(what, off == 0 ? 0 : off / allowed);
  }

  /// Integers must be equal.
  void equal(String what, int[] expected, int[] actual) {
    note(what, Arrays.equals(expected, actual) ? 0 : Double.POSITIVE_INFINITY);
  }

  /// Something that must hold.
  void holds(String what, boolean condition) {
    note(what, condition ? 0 : Double.POSITIVE_INFINITY);
  }

  private boolean lengthsDiffer(String what, int expected, int actual) {
    if (expected != actual) {
      note(what + ": " + expected + " elements expected, " + actual + " computed", Double.NaN);
      return true;
    }
    return false;
  }

  private void note(String what, double ratio) {
    count++;
    double r = Double.isNaN(ratio) ? Double.POSITIVE_INFINITY : ratio;
    if (r > worst || worstAt.isEmpty()) {
      worst = r;
      worstAt = what;
    }
    if (r > 1 && firstFailure.isEmpty()) {
      firstFailure = what;
    }
  }

  Part verdict() {
    if (count == 0) {
      return Part.failed(name, "nothing was compared");
    }
    if (firstFailure.isEmpty()) {
      return new Part(name, Part.Verdict.PASSED, worst, worstAt, count);
    }
    String where = "first: " + firstFailure + "; worst: " + worstAt;
    return new Part(name, Part.Verdict.FAILED, worst, where, count);
  }
}
