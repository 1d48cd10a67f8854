package dev.d2v.cli.run;

import dev.d2v.cli.error.UserError;
import dev.d2v.model.train.Recipe;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Where the samples of each modality lie; a modality that is not named has the shipped sample.
public final class DataPaths {
  private DataPaths() {}

  /// Reads what `--data` was given: `PATH` for a recipe of one modality, `speech=PATH` for any;
  /// fails with a sentence when a modality is named twice or is not the recipe's.
  public static Map<Modality, Path> of(List<String> given, Recipe recipe) {
    List<Modality> wanted = Modality.of(recipe);
    Map<Modality, Path> paths = new EnumMap<>(Modality.class);
    for (String text : given) {
      int equals = text.indexOf('=');
      Optional<Modality> named =
          equals < 0 ? Optional.empty() : Modality.called(text.substring(0, equals));
      if (named.isEmpty() && wanted.size() > 1) {
        throw new UserError(
            "--data %s: recipe %s has %s: say which this is, for example --data %s=%s"
                .formatted(text, recipe.name(), words(wanted), wanted.getFirst().word(), text));
      }
      Modality modality = named.orElse(wanted.getFirst());
      if (!wanted.contains(modality)) {
        throw new UserError(
            "--data %s: recipe %s has no %s, only %s; for that modality try --modality %s"
                .formatted(text, recipe.name(), modality.word(), words(wanted), modality.word()));
      }
      Path path = Path.of(named.isEmpty() ? text : text.substring(equals + 1));
      if (paths.putIfAbsent(modality, path) != null) {
        throw new UserError(
            "--data names %s twice: put everything into one folder".formatted(modality.word()));
      }
    }
    return Collections.unmodifiableMap(paths);
  }

  private static String words(List<Modality> modalities) {
    return modalities.stream().map(Modality::word).collect(Collectors.joining(", "));
  }
}
