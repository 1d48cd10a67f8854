package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.ImageRecipes;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.Recipes;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.jr.ob.JSON;

final class MainTest {
  private final Screen screen = new Screen();

  private int d2v(String... arguments) {
    return Main.run(screen.piped(), arguments);
  }

  @Test
  @DisplayName("d2v alone shows what it can do")
  void overview() {
    assertEquals(0, d2v());
    assertTrue(screen.out().contains("d2v recipes [NAME]"), screen.out());
    assertTrue(screen.out().contains("d2v test"), screen.out());
    assertEquals("", screen.err());
  }

  @Test
  @DisplayName("a misspelt command or option is answered with the near ones and status 2")
  void misspelt() {
    assertEquals(2, d2v("recipe"));
    assertTrue(
        screen.err().startsWith("d2v: there is no command 'recipe'; did you mean 'recipes'?"),
        screen.err());
    assertEquals(2, d2v("doctor", "--jsn"));
    assertTrue(
        screen.err().contains("there is no option '--jsn'; did you mean '--json'?"), screen.err());
    assertTrue(screen.err().contains("'d2v doctor --help'"), screen.err());
  }

  @Test
  @DisplayName("a command that is looked at alone is the one among all")
  void alone() {
    CommandLine all = CommandTree.of(screen.piped());
    assertEquals(12, all.getSubcommands().size());
    all.getSubcommands()
        .forEach((name, command) -> {
          CommandLine alone = CommandTree.of(screen.piped(), name, "--help");
          assertEquals(Set.of(name), alone.getSubcommands().keySet());
          CommandLine same = Objects.requireNonNull(alone.getSubcommands().get(name));
          assertEquals(command.getUsageMessage(), same.getUsageMessage());
          assertArrayEquals(command.getCommandSpec().version(), same.getCommandSpec().version());
          assertEquals(command.getSubcommands().keySet(), same.getSubcommands().keySet());
        });
  }

  @Test
  @DisplayName("recipes lists every recipe, recipes NAME prints YAML that reads as that recipe")
  void recipes() {
    assertEquals(0, d2v("recipes"));
    for (Recipe recipe : Recipes.all()) {
      assertTrue(screen.out().contains(recipe.name()), recipe.name());
    }
    Screen second = new Screen();
    assertEquals(0, Main.run(second.piped(), "recipes", "image-base"));
    assertEquals(ImageRecipes.base(), ConfigMapper.parse(second.out(), "out"));
  }

  @Test
  @DisplayName("a failure is one sentence and status 1; --debug adds the stack trace")
  void failure() {
    assertEquals(1, d2v("recipes", "image-bas"));
    assertEquals("d2v: there is no recipe 'image-bas'; did you mean 'image-base'?\n", screen.err());
    Screen debug = new Screen();
    assertEquals(1, Main.run(debug.piped(), "recipes", "image-bas", "--debug"));
    assertTrue(debug.err().contains("at dev.d2v.cli"), debug.err());
    Screen first = new Screen();
    assertEquals(1, Main.run(first.piped(), "--debug", "recipes", "image-bas"));
    assertTrue(first.err().contains("at dev.d2v.cli"), first.err());
  }

  @Test
  @DisplayName("doctor --json is one line that a program can read")
  void doctor() throws IOException {
    assertEquals(0, d2v("doctor", "--json", "--quick"));
    Map<String, Object> report = JSON.std.mapFrom(screen.out());
    assertEquals(Runtime.getRuntime().availableProcessors(), report.get("cores"));
    assertEquals(System.getProperty("java.version"), report.get("java_version"));
    assertEquals(1, screen.out().lines().count());
  }
}
