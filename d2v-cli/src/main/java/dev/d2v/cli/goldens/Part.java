package dev.d2v.cli.goldens;

/// The verdict on a case, or on a part of one that stands for itself.
///
/// @param name of the case, `case/part` for a part
/// @param verdict passed, failed, or not supported yet
/// @param worst the largest deviation over its tolerance: 1 is just allowed
/// @param where which comparison was the worst, or why there is no pass
/// @param comparisons how many tensors and numbers were compared
public record Part(String name, Verdict verdict, double worst, String where, int comparisons) {
  /// What came out.
  public enum Verdict {
    /// Everything within its tolerance.
    PASSED,
    /// Something beyond it, missing, unknown or unreadable.
    FAILED,
    /// Belongs to a modality or a job that this version does not have; counts as a failure.
    NOT_SUPPORTED
  }

  static Part failed(String name, String why) {
    return new Part(name, Verdict.FAILED, Double.POSITIVE_INFINITY, why, 0);
  }

  static Part notSupported(String name, String what) {
    return new Part(name, Verdict.NOT_SUPPORTED, Double.NaN, what, 0);
  }
}
