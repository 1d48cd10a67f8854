package dev.d2v.cli;

import dev.d2v.cli.run.Terminal;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.Recipes;
import java.util.List;
import java.util.stream.Collectors;
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
    String row = "%-" + width + "s  %-20s %-8s %-6s %-8s %s%n";
    terminal.out().printf(row, "recipe", "input", "channels", "blocks", "updates", "");
    for (Recipe recipe : recipes) {
      terminal
          .out()
          .printf(
              row,
              recipe.name(),
              recipe.model().modalities().stream()
                  .map(m -> input(m, recipe))
                  .collect(Collectors.joining(", ")),
              recipe.model().embedDim(),
              recipe.model().modalities().stream().mapToInt(m -> m.prenet().depth()).max().orElse(0)
                  + recipe.model().depth(),
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

  private static String input(ModalityConfig modality, Recipe recipe) {
    return switch (modality) {
      case ImageConfig i ->
          "%dx%d %s/%d"
              .formatted(
                  i.imageSize(), i.imageSize(), i.channels() == 1 ? "grey" : "RGB", i.patchSize());
      case SpeechConfig _ -> "speech";
      case TextConfig _ ->
          recipe.data().text() == null ? "text" : recipe.data().text().length() + " tokens";
    };
  }
}
