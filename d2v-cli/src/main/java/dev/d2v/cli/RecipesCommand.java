package dev.d2v.cli;

import dev.d2v.cli.config.ConfigMapper;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.Recipes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `d2v recipes [NAME]`: the table of recipes, or one of them as YAML.
@Command(
    name = "recipes",
    description = "The recipes there are; with NAME, that recipe as YAML.",
    mixinStandardHelpOptions = true)
final class RecipesCommand implements Runnable {
  private final Terminal terminal;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The recipe to print as YAML.")
  private @Nullable String name;

  RecipesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (name != null) {
      terminal.out().print(ConfigMapper.yaml(ConfigMapper.recipe(name)));
      return;
    }
    List<Recipe> recipes = Recipes.all();
    int width = recipes.stream().mapToInt(r -> r.name().length()).max().orElse(0);
    String row = "%-" + width + "s  %-12s %-5s %-8s %-9s %s%n";
    terminal.out().printf(row, "recipe", "image", "patch", "channels", "updates", "");
    for (Recipe recipe : recipes) {
      ImageConfig image = recipe.model().image();
      terminal
          .out()
          .printf(
              row,
              recipe.name(),
              "%dx%d %s"
                  .formatted(
                      image.imageSize(), image.imageSize(), image.channels() == 1 ? "grey" : "RGB"),
              image.patchSize(),
              recipe.model().embedDim(),
              recipe.train().updates(),
              recipe.description());
    }
    terminal.out().println();
    terminal
        .out()
        .println(
            "'d2v recipes NAME' prints one, to save, change and give to 'd2v pretrain --config"
                + " FILE'.");
  }
}
