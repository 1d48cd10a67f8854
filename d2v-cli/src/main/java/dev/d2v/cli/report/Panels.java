package dev.d2v.cli.report;

import dev.d2v.cli.report.ReportData.Curve;
import dev.d2v.cli.report.ReportData.Panel;
import dev.d2v.cli.run.Metric;
import dev.d2v.cli.run.MetricsLog;
import java.util.ArrayList;
import java.util.List;

/// The diagrams of a run out of its metrics.
public final class Panels {
  /// Values that span more than this factor are drawn on a logarithmic axis, where a diagram allows
  /// it.
  private static final double WIDE = 30;

  private Panels() {}

  private record Plan(
      String title, String explanation, boolean mayBeLogarithmic, Metric... metrics) {}

  private static final List<Plan> PLANS =
      List.of(
          new Plan(
              "Loss",
              "Distance between the student's predictions and the teacher's features. It should"
                  + " fall, but a falling loss alone does not show that anything useful was"
                  + " learned.",
              true,
              Metric.LOSS,
              Metric.LOSS_REGRESSION,
              Metric.LOSS_CLS,
              Metric.LOSS_RECONSTRUCTION),
          new Plan(
              "Spread of targets and predictions",
              "Mean standard deviation over the batch. Near zero means collapse: everything looks"
                  + " the same.",
              false,
              Metric.TARGET_VAR,
              Metric.PRED_VAR),
          new Plan(
              "Spread of features",
              "How much features differ between patches, and pooled features between samples. A"
                  + " shrinking spread over samples under a falling loss is the sign to distrust.",
              false,
              Metric.FEATURE_SPREAD,
              Metric.SAMPLE_SPREAD,
              Metric.LOCAL_SPREAD),
          new Plan(
              "Learning rate",
              "Warm-up, then the schedule of the recipe.",
              false,
              Metric.LEARNING_RATE),
          new Plan(
              "EMA decay",
              "The part of itself that the teacher keeps at each update.",
              false,
              Metric.EMA_DECAY),
          new Plan(
              "Gradient norm",
              "Before clipping. Lone spikes are harmless; a steady rise is not.",
              true,
              Metric.GRADIENT_NORM),
          new Plan("Speed", "Images, each counted once.", false, Metric.IMAGES_PER_SECOND));

  /// One panel for each group of metrics of which the run kept any.
  public static List<Panel> of(List<MetricsLog.Line> lines) {
    List<Panel> panels = new ArrayList<>();
    for (Plan plan : PLANS) {
      List<Curve> curves = new ArrayList<>();
      for (Metric metric : plan.metrics) {
        Curve curve = curve(metric, lines);
        if (curve.values().length > 0) {
          curves.add(curve);
        }
      }
      if (!curves.isEmpty()) {
        boolean logarithmic = plan.mayBeLogarithmic && wide(curves);
        panels.add(
            new Panel(plan.title, plan.explanation, plan.metrics[0].unit(), logarithmic, curves));
      }
    }
    return panels;
  }

  private static Curve curve(Metric metric, List<MetricsLog.Line> lines) {
    List<MetricsLog.Line> with =
        lines.stream().filter(line -> line.values().containsKey(metric.key())).toList();
    return new Curve(
        metric.title(),
        with.stream().mapToDouble(line -> (double) line.update()).toArray(),
        with.stream()
            .mapToDouble(line -> line.values().getOrDefault(metric.key(), Double.NaN))
            .toArray());
  }

  private static boolean wide(List<Curve> curves) {
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (Curve curve : curves) {
      for (double value : curve.values()) {
        if (Double.isFinite(value)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
    }
    return low > 0 && high / low > WIDE;
  }
}
