package dev.d2v.cli.job;

/// How good features are: accuracies on held-out samples, in [0,1]; NaN where the data has no
/// labels.
///
/// @param linearProbe logistic regression on standardised features
/// @param nearest k nearest neighbours by cosine similarity
/// @param spread mean over channels of the features' standard deviation over samples
public record Scores(double linearProbe, double nearest, double spread) {
  /// Whether there were labels to score with.
  public boolean labelled() {
    return !Double.isNaN(linearProbe);
  }
}
