package dev.d2v.cli.job;

import dev.d2v.cli.report.ReportData;
import dev.d2v.cli.run.Metric;
import dev.d2v.cli.run.MetricsLog;
import java.util.List;
import java.util.Locale;

/// Reads the collapse monitor: whether representations keep apart while the loss falls.
final class CollapseVerdict {
  /// Below this part of its highest value, the spread over samples has shrunk.
  private static final double SHRUNK = 0.75;

  /// Below this part, or below this absolute value, nothing is left.
  private static final double GONE = 0.2;

  private CollapseVerdict() {}

  static ReportData.Verdict of(List<MetricsLog.Line> metrics) {
    double first = edge(metrics, Metric.FEATURE_SPREAD, true);
    double last = edge(metrics, Metric.FEATURE_SPREAD, false);
    double highest =
        metrics.stream()
            .map(l -> l.values().get(Metric.FEATURE_SPREAD.key()))
            .filter(v -> v != null)
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(Double.NaN);
    if (Double.isNaN(last)) {
      return new ReportData.Verdict(
          ReportData.Level.DOUBTFUL, "Not watched", "The run kept no spread of features.");
    }
    double targets = edge(metrics, Metric.TARGET_VAR, false);
    double local = edge(metrics, Metric.LOCAL_SPREAD, false);
    String numbers =
        String.format(
            Locale.ROOT,
            "The encoder's pooled features spread over held-out samples by %.3f at the start, %.3f at most, %.3f at the end;"
                + "%s local features by %.3f.",
            first,
            highest,
            last,
            Double.isNaN(targets) ? "" : String.format(Locale.ROOT, " targets by %.3f,", targets),
            local);
    if (last < GONE * highest || targets < 0.05 || local < 0.01) {
      return new ReportData.Verdict(
          ReportData.Level.BAD,
          "Collapsed",
          numbers + " Little is left to tell samples apart, whatever the loss says.");
    }
    if (last < SHRUNK * highest) {
      return new ReportData.Verdict(
          ReportData.Level.DOUBTFUL,
          "Samples move together",
          numbers
              + " The features tell samples apart less well than they did: position may predict much of the target."
              + " Crops, a smaller CLS weight or fewer target layers help.");
    }
    return new ReportData.Verdict(
        ReportData.Level.GOOD, "No collapse", numbers + " Samples stay apart.");
  }

  private static double edge(List<MetricsLog.Line> metrics, Metric metric, boolean first) {
    double found = Double.NaN;
    for (MetricsLog.Line line : metrics) {
      Double value = line.values().get(metric.key());
      if (value != null && (!first || Double.isNaN(found))) {
        found = value;
      }
    }
    return found;
  }
}
