package dev.d2v.cli.job;

import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.tensor.spi.Backend;
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
    ImageConfig image = m.requireImage();
    line(terminal, "recipe", recipe.name() + ": " + recipe.description());
    line(
        terminal,
        "data",
        "%s: %,d images, %,d held out (%s)",
        data.splits().train().name(),
        data.splits().train().size(),
        data.splits().heldOut().size(),
        data.splits().how());
    line(
        terminal,
        "model",
        "%d x %d x %d in patches of %d, %d channels, %d + %d blocks, %d heads, %,d parameters",
        image.imageSize(),
        image.imageSize(),
        image.channels(),
        image.patchSize(),
        m.embedDim(),
        image.prenet().depth(),
        m.depth(),
        m.heads(),
        plan.parameters());
    line(
        terminal,
        "training",
        "%,d updates of %d images x %d masks, %.0f %% masked, %.1f GFLOP an update",
        recipe.train().updates(),
        recipe.train().batch() * recipe.train().accumulate(),
        m.masksPerSample(),
        100 * image.mask().ratio(),
        plan.flopsPerUpdate() / 1e9);
    line(
        terminal,
        "memory",
        "%.0f MiB: %.0f MiB for parameters, moments and teacher, %.0f MiB for a step",
        plan.totalBytes() / 0x1p20,
        plan.parameterBytes() / 0x1p20,
        plan.sharedWorkspaceBytes() / 0x1p20);
    line(terminal, "machine", backend.description() + "; " + Machine.description());
    line(terminal, "run", folder.path().toString());
    terminal.out().println();
  }

  private static void line(Terminal terminal, String name, String format, Object... values) {
    String text = values.length == 0 ? format : String.format(Locale.ROOT, format, values);
    terminal.out().printf("%-9s %s%n", name, text);
  }
}
