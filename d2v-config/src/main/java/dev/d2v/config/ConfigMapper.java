package dev.d2v.config;

import dev.d2v.model.train.ImageRecipes;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.Recipes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Recipes from and to YAML.
///
/// The keys are the names of the records' components, so a new field of a configuration record is
/// at once in `config.yaml`, in `--config FILE`, in `--set key=value` and among the suggestions.
/// Words of enums are written `sin-cos` and read in any case, with `-` or `_`. A sealed section
/// says which record it is with `type`. What is not written keeps the value of the base recipe;
/// what nobody knows is refused with the nearest keys.
public final class ConfigMapper {
  /// The key at the top of a file that names the recipe which fills what the file leaves out.
  private static final String RECIPE = "recipe";

  private ConfigMapper() {}

  /// The recipe of that name; fails with the nearest names.
  public static Recipe recipe(String name) {
    return Recipes.named(name).orElseThrow(() -> unknownRecipe("", name));
  }

  /// What a run is to do: the file's keys over a base, then each `key=value` over that, checked
  /// once at the end.
  ///
  /// @param recipe name of the base; where it is not given, the file's `recipe`, else the default
  ///   recipe
  /// @param file YAML
  /// @param assignments `a.b.c=value`
  public static Recipe resolve(
      Optional<String> recipe, Optional<Path> file, List<String> assignments) {
    return over(base(recipe, file, ImageRecipes.quickstart()), file, assignments);
  }

  /// The recipe that fills what a file and assignments leave out.
  ///
  /// @param recipe its name; where it is not given, the file's `recipe`
  /// @param otherwise where neither names one
  public static Recipe base(Optional<String> recipe, Optional<Path> file, Recipe otherwise) {
    Optional<Recipe> named = fileRecipe(changes(file));
    return recipe.map(ConfigMapper::recipe).or(() -> named).orElse(otherwise);
  }

  /// The file's keys over a base, then each `key=value` over that.
  public static Recipe over(Recipe base, Optional<Path> file, List<String> assignments) {
    return with(base, withoutRecipe(changes(file)), assignments);
  }

  private static ConfigNode.Mapping changes(Optional<Path> file) {
    return file.map(ConfigReader::file).orElse(new ConfigNode.Mapping(Map.of(), ""));
  }

  /// The recipe with each `key=value` applied.
  public static Recipe with(Recipe base, List<String> assignments) {
    return with(base, new ConfigNode.Mapping(Map.of(), ""), assignments);
  }

  /// A recipe out of YAML text that stands in a file of that name.
  public static Recipe parse(String yaml, String name) {
    ConfigNode.Mapping changes = ConfigReader.text(yaml, name);
    Recipe base = fileRecipe(changes).orElseGet(ImageRecipes::quickstart);
    return with(base, withoutRecipe(changes), List.of());
  }

  /// The complete `config.yaml`: it gives the same recipe again, whatever the named recipes become.
  public static String yaml(Recipe recipe) {
    return ConfigWriter.yaml(
        recipe, "A complete d2v configuration: run it with  d2v pretrain --config FILE");
  }

  private static Recipe with(Recipe base, ConfigNode.Mapping changes, List<String> assignments) {
    ConfigNode.Mapping all = changes;
    for (String assignment : assignments) {
      all = all.with(ConfigReader.assignment(assignment));
    }
    return (Recipe) new RecordReader(Recipe.class).read(base, all);
  }

  private static Optional<Recipe> fileRecipe(ConfigNode.Mapping changes) {
    return switch (changes.entries().get(RECIPE)) {
      case null -> Optional.empty();
      case ConfigNode.Scalar s ->
          Optional.of(
              Recipes.named(s.text()).orElseThrow(() -> unknownRecipe(s.where() + ": ", s.text())));
      case ConfigNode other ->
          throw new ConfigException(
              "%s: recipe expects a name, got %s".formatted(other.where(), other.described()));
    };
  }

  private static ConfigNode.Mapping withoutRecipe(ConfigNode.Mapping changes) {
    if (!changes.entries().containsKey(RECIPE)) {
      return changes;
    }
    Map<String, ConfigNode> rest = new TreeMap<>(changes.entries());
    rest.remove(RECIPE);
    return new ConfigNode.Mapping(rest, changes.where());
  }

  private static ConfigException unknownRecipe(String where, String name) {
    List<String> names = Recipes.all().stream().map(Recipe::name).toList();
    List<String> near = Nearest.to(name, names);
    return new ConfigException(
        where
            + "there is no recipe '"
            + name
            + "'"
            + (near.isEmpty() ? "; there are " + String.join(", ", names) : Nearest.hint(near)));
  }
}
