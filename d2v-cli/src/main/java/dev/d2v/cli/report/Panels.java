package dev.d2v.cli.report;

import dev.d2v.cli.report.ReportData.Curve;
import dev.d2v.cli.report.ReportData.Panel;
import dev.d2v.cli.run.Metric;
import dev.d2v.cli.run.MetricsLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The diagrams of a run out of its metrics. In a run of several modalities, whose keys are
/// `speech/loss`, `text/loss` and so on, each metric has its own diagram with a curve a modality.
public final class Panels {
  /// Values that span more than this factor are drawn on a logarithmic axis, where a diagram allows
  /// it.
  private static final double WIDE = 30;

  private Panels() {}

  /// Modalities whose curves look the same in every diagram.
  private static final List<String> KNOWN = List.of("image", "speech", "text");

  private static final List<String> NAMES = List.of("Images", "Speech", "Text");

  /// How curves of no single modality look beside those of one.
  private static final int GREY = 7;

  private record Plan(
      String title, String part, String explanation, boolean mayBeLogarithmic, Metric... metrics) {}

  private static final List<Plan> PLANS =
      List.of(
          new Plan(
              "Loss",
              "Loss: ",
              "Distance between the student's predictions and what they should be, the teacher's"
                  + " features or pixels. It should fall, but a falling loss alone does not show"
                  + " that anything useful was learned.",
              true,
              Metric.LOSS,
              Metric.LOSS_REGRESSION,
              Metric.LOSS_CLS,
              Metric.LOSS_RECONSTRUCTION),
          new Plan(
              "Spread of targets and predictions",
              "Spread: ",
              "Mean standard deviation over the batch. Near zero means collapse: everything looks"
                  + " the same.",
              false,
              Metric.TARGET_VAR,
              Metric.PRED_VAR),
          new Plan(
              "Spread of features",
              "Spread: ",
              "How much features differ between patches, and pooled features between samples. A"
                  + " shrinking spread over samples under a falling loss is the sign to distrust.",
              false,
              Metric.FEATURE_SPREAD,
              Metric.SAMPLE_SPREAD,
              Metric.LOCAL_SPREAD),
          new Plan(
              "Learning rate",
              "",
              "Warm-up, then the schedule of the recipe.",
              false,
              Metric.LEARNING_RATE),
          new Plan(
              "EMA decay",
              "",
              "The part of itself that the teacher keeps at each update.",
              false,
              Metric.EMA_DECAY),
          new Plan(
              "Gradient norm",
              "",
              "Before clipping. Lone spikes are harmless; a steady rise is not.",
              true,
              Metric.GRADIENT_NORM),
          new Plan("Speed", "", "Images, each counted once.", false, Metric.IMAGES_PER_SECOND),
          new Plan("Speed", "", "Samples, each counted once.", false, Metric.SAMPLES_PER_SECOND));

  /// One panel for each group of metrics of which the run kept any; of several modalities, one for
  /// each metric.
  public static List<Panel> of(List<MetricsLog.Line> lines) {
    List<String> modalities = modalities(lines);
    List<Panel> panels = new ArrayList<>();
    for (Plan plan : PLANS) {
      if (modalities.isEmpty()) {
        List<Curve> curves = new ArrayList<>();
        for (Metric metric : plan.metrics) {
          add(curves, curve(metric.title(), curves.size(), metric.key(), lines));
        }
        add(panels, plan, plan.title, plan.explanation, curves);
      } else {
        String explanation = plan.explanation;
        for (Metric metric : plan.metrics) {
          List<Curve> curves = curves(metric, modalities, lines);
          add(panels, plan, title(plan, metric), explanation, curves);
          explanation = curves.isEmpty() ? explanation : "";
        }
      }
    }
    return panels;
  }

  /// What is written before a slash, the known ones first.
  private static List<String> modalities(List<MetricsLog.Line> lines) {
    Set<String> found =
        lines.stream()
            .flatMap(line -> line.values().keySet().stream())
            .filter(key -> key.indexOf('/') > 0)
            .map(key -> key.substring(0, key.indexOf('/')))
            .collect(Collectors.toCollection(TreeSet::new));
    List<String> ordered = new ArrayList<>(KNOWN);
    ordered.retainAll(found);
    found.removeAll(ordered);
    ordered.addAll(found);
    return ordered;
  }

  private static List<Curve> curves(
      Metric metric, List<String> modalities, List<MetricsLog.Line> lines) {
    List<Curve> curves = new ArrayList<>();
    for (int i = 0; i < modalities.size(); i++) {
      String modality = modalities.get(i);
      int known = KNOWN.indexOf(modality);
      String name = known < 0 ? modality : NAMES.get(known);
      int style = known < 0 ? KNOWN.size() + i : known;
      add(curves, curve(name, style, metric.key(modality), lines));
    }
    boolean alone = curves.isEmpty();
    String name = alone ? metric.title() : "All together";
    add(curves, curve(name, alone ? 0 : GREY, metric.key(), lines));
    return curves;
  }

  private static String title(Plan plan, Metric metric) {
    if (plan.part.isEmpty() || metric.title().equals(plan.title)) {
      return plan.title;
    }
    return plan.part + metric.title();
  }

  private static void add(List<Curve> curves, Curve curve) {
    if (curve.values().length > 0) {
      curves.add(curve);
    }
  }

  private static void add(
      List<Panel> panels, Plan plan, String title, String explanation, List<Curve> curves) {
    if (!curves.isEmpty()) {
      boolean logarithmic = plan.mayBeLogarithmic && wide(curves);
      panels.add(new Panel(title, explanation, plan.metrics[0].unit(), logarithmic, curves));
    }
  }

  private static Curve curve(String name, int style, String key, List<MetricsLog.Line> lines) {
    List<MetricsLog.Line> with =
        lines.stream().filter(line -> line.values().containsKey(key)).toList();
    return new Curve(
        name,
        style,
        with.stream().mapToDouble(line -> (double) line.update()).toArray(),
        with.stream().mapToDouble(line -> line.values().getOrDefault(key, Double.NaN)).toArray());
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
