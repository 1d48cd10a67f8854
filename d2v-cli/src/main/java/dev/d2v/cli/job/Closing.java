package dev.d2v.cli.job;

import dev.d2v.cli.run.MetricsLog;
import dev.d2v.cli.run.Modality;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.train.Recipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a run says at its end: the scores, where things are, what to try next.
final class Closing {
  private Closing() {}

  static void print(
      Terminal terminal,
      RunFolder folder,
      Recipe recipe,
      Map<String, Scores> scores,
      List<Evaluation> evaluations)
      throws IOException {
    List<MetricsLog.Line> metrics = MetricsLog.read(folder.metrics());
    for (Evaluation evaluation : evaluations) {
      terminal.out().println();
      table(terminal, scores, evaluation);
      terminal.out().println();
      terminal.out().println(verdict(scores, evaluation));
      var collapse = CollapseVerdict.of(MetricsLog.under(metrics, evaluation.named("")));
      terminal.out().println(collapse.headline() + ". " + collapse.explanation());
    }
    terminal.out().println();
    terminal.out().println("report   " + folder.report());
    terminal.out().println("try next");
    for (String next : next(folder, recipe, evaluations)) {
      terminal.out().println("  " + next);
    }
  }

  /// The scores of a modality.
  static void table(Terminal terminal, Map<String, Scores> scores, Evaluation evaluation) {
    Modality modality = evaluation.samples().modality();
    terminal
        .out()
        .printf(
            "%-20s %14s %8s %10s%n",
            "held-out " + modality.noun(), "linear probe", "k-NN", "spread");
    scores.forEach((name, s) -> {
      if (name.startsWith(evaluation.named(""))) {
        terminal
            .out()
            .printf(
                Locale.ROOT,
                "%-20s %14s %8s %10.3f%n",
                title(name.substring(evaluation.named("").length()), modality),
                percent(s.linearProbe()),
                percent(s.nearest()),
                s.spread());
      }
    });
  }

  /// What a score is called, given its name without the modality.
  static String title(String name, Modality modality) {
    if (name.equals(modality.baseline())) {
      return modality.baselineTitle();
    }
    return switch (name) {
      case "untrained" -> "untrained encoder";
      case "trained" -> "trained encoder";
      default -> name;
    };
  }

  private static String percent(double accuracy) {
    return Double.isNaN(accuracy)
        ? "no labels"
        : String.format(Locale.ROOT, "%.1f %%", 100 * accuracy);
  }

  /// One sentence on whether it learned.
  static String verdict(Map<String, Scores> scores, Evaluation evaluation) {
    Scores before = scores.get(evaluation.named("untrained"));
    Scores after = scores.get(evaluation.named("trained"));
    Scores baseline = scores.get(evaluation.baselineName());
    if (before == null || after == null || !after.labelled()) {
      return "No labels of two or more classes to score with: look at the neighbours and the map in the report.";
    }
    double gain = 100 * (after.linearProbe() - before.linearProbe());
    String learned =
        String.format(
            Locale.ROOT,
            "The linear probe %s %.1f points over the untrained encoder's",
            gain >= 0 ? "rose" : "fell",
            Math.abs(gain));
    if (baseline == null) {
      return learned + ".";
    }
    double over = 100 * (after.linearProbe() - baseline.linearProbe());
    return String.format(
        Locale.ROOT,
        "%s and is %.1f points %s logistic regression on the %s.",
        learned,
        Math.abs(over),
        over >= 0 ? "above" : "below",
        evaluation.samples().modality().baselineTitle());
  }

  static List<String> next(RunFolder folder, Recipe recipe, List<Evaluation> evaluations) {
    StringBuilder from = new StringBuilder();
    for (Evaluation evaluation : evaluations) {
      RunSamples samples = evaluation.samples();
      String word = evaluations.size() == 1 ? "" : samples.modality().word() + "=";
      samples.source().ifPresent(path -> from.append(" --data ").append(word).append(path));
      if (samples instanceof TextSamples) {
        from.append(" --tokenizer ").append(folder.path().resolve(Vocabulary.FILE));
      }
    }
    List<String> next = new ArrayList<>();
    if (evaluations.stream().anyMatch(Evaluation::labelled)) {
      next.add("./d2v probe " + folder.path());
    }
    next.add(
        "./d2v pretrain --recipe "
            + recipe.name()
            + " --updates "
            + 4 * recipe.train().updates()
            + from);
    if (evaluations.size() == 1) {
      String word = evaluations.getFirst().samples().modality().word();
      next.add(
          evaluations.getFirst().samples().source().isEmpty()
              ? "./d2v pretrain --data FOLDER --recipe " + word + "-tiny"
              : "./d2v pretrain" + from + " --recipe " + word + "-small");
    }
    return next;
  }
}
