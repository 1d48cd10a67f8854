package dev.d2v.data.eval;

/// How far features differ between samples: the standard deviation of each channel over the
/// samples, averaged over the channels. It goes to zero when an encoder collapses.
public final class FeatureSpread {
  private FeatureSpread() {}

  /// `mean_j std_i x[i][j]`, in the features' own unit.
  public static double of(Features features) {
    features.checked("features");
    double sum = 0;
    for (double deviation : features.deviations(features.means())) {
      sum += deviation;
    }
    return sum / features.width();
  }
}
