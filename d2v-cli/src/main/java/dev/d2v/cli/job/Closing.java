package dev.d2v.cli.job;

import dev.d2v.cli.run.MetricsLog;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.train.Recipe;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/// What a run says at its end: the scores, where things are, what to try next.
final class Closing {
  private Closing() {}

  static void print(
      Terminal terminal, RunFolder folder, Recipe recipe, Map<String, Scores> scores, RunData data)
      throws IOException {
    terminal.out().println();
    table(terminal, scores);
    terminal.out().println();
    terminal.out().println(verdict(scores));
    var collapse = CollapseVerdict.of(MetricsLog.read(folder.metrics()));
    terminal.out().println(collapse.headline() + ". " + collapse.explanation());
    terminal.out().println();
    terminal.out().println("report   " + folder.report());
    terminal.out().println("try next");
    for (String next : next(folder, recipe, data)) {
      terminal.out().println("  " + next);
    }
  }

  static void table(Terminal terminal, Map<String, Scores> scores) {
    terminal
        .out()
        .printf("%-20s %14s %8s %10s%n", "held-out images", "linear probe", "k-NN", "spread");
    scores.forEach((name, s) ->
        terminal
            .out()
            .printf(
                Locale.ROOT,
                "%-20s %14s %8s %10.3f%n",
                title(name),
                percent(s.linearProbe()),
                percent(s.nearest()),
                s.spread()));
  }

  static String title(String name) {
    return switch (name) {
      case "pixels" -> "raw pixels";
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
  static String verdict(Map<String, Scores> scores) {
    Scores before = scores.get("untrained");
    Scores after = scores.get("trained");
    Scores pixels = scores.get("pixels");
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
    if (pixels == null) {
      return learned + ".";
    }
    double over = 100 * (after.linearProbe() - pixels.linearProbe());
    return String.format(
        Locale.ROOT,
        "%s and is %.1f points %s logistic regression on the raw pixels.",
        learned,
        Math.abs(over),
        over >= 0 ? "above" : "below");
  }

  static String[] next(RunFolder folder, Recipe recipe, RunData data) {
    String from = data.source().map(path -> " --data " + path).orElse("");
    return new String[] {
      "./d2v probe " + folder.path(),
      "./d2v pretrain --recipe "
          + recipe.name()
          + " --updates "
          + 4 * recipe.train().updates()
          + from,
      data.source().isEmpty()
          ? "./d2v pretrain --data FOLDER_OF_IMAGES --recipe image-tiny"
          : "./d2v pretrain --data " + data.source().get() + " --recipe image-small",
    };
  }
}
