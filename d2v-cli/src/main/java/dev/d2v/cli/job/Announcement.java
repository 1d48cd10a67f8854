package dev.d2v.cli.job;

import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a run says before it begins.
final class Announcement {
  private Announcement() {}

  static void print(
      Terminal terminal,
      PretrainOptions options,
      RunData data,
      StepPlan plan,
      Backend backend,
      RunFolder folder) {
    if (options.quiet()) {
      return;
    }
    Recipe recipe = options.recipe();
    Data2Vec2Config m = recipe.model();
    line(terminal, "recipe", "%s: %s", recipe.name(), recipe.description());
    for (RunSamples sense : data.senses()) {
      line(terminal, "data", "%s", sense.described());
    }
    boolean several = data.senses().size() > 1;
    for (RunSamples sense : data.senses()) {
      if (several) {
        line(
            terminal,
            "encoder",
            "%s: %s, %d blocks of its own",
            sense.modality().word(),
            sense.input(),
            m.modality(sense.modality().key()).prenet().depth());
      }
    }
    line(
        terminal,
        "model",
        "%s%d channels, %s%d blocks, %d heads, %,d parameters",
        several ? "" : data.senses().getFirst().input() + ", ",
        m.embedDim(),
        several ? "" : m.modality().prenet().depth() + " + ",
        m.depth(),
        m.heads(),
        plan.parameters());
    line(terminal, "training", "%s", training(recipe, data, plan));
    line(
        terminal,
        "memory",
        "%.0f MiB: %.0f MiB for %s, %.0f MiB for a step",
        plan.totalBytes() / 0x1p20,
        plan.parameterBytes() / 0x1p20,
        m.loss().needsTeacher() ? "parameters, moments and teacher" : "parameters and moments",
        plan.sharedWorkspaceBytes() / 0x1p20);
    line(terminal, "machine", "%s; %s", backend.description(), Machine.description());
    line(terminal, "run", "%s", folder.path());
    terminal.out().println();
  }

  private static String training(Recipe recipe, RunData data, StepPlan plan) {
    List<String> batches = new ArrayList<>();
    for (RunSamples sense : data.senses()) {
      ModalityConfig modality = recipe.model().modality(sense.modality().key());
      batches.add(
          String.format(
              Locale.ROOT, "%s, %.0f %% masked", sense.batch(), 100 * modality.mask().ratio()));
    }
    int accumulate = recipe.train().accumulate();
    int masks = recipe.model().masksPerSample();
    boolean oneSize = data.trainedShapes().size() == 1;
    return String.format(
        Locale.ROOT,
        "%,d updates of %s%s, %s each, %s%.1f GFLOP an update",
        recipe.train().updates(),
        accumulate == 1 ? "" : accumulate + " x ",
        String.join(" / ", batches),
        masks == 1 ? "1 mask" : masks + " masks",
        oneSize ? "" : "up to ",
        plan.flopsPerUpdate() / 1e9);
  }

  private static void line(Terminal terminal, String name, String format, Object... values) {
    terminal.out().printf("%-9s %s%n", name, String.format(Locale.ROOT, format, values));
  }
}
