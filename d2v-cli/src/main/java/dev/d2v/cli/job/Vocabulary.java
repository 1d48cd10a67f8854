package dev.d2v.cli.job;

import dev.d2v.cli.error.UserError;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// The vocabulary of a run's text.
public final class Vocabulary {
  /// Its file in the run's folder.
  public static final String FILE = "tokenizer.json";

  private Vocabulary() {}

  /// Reads a vocabulary: a file, or the folder that its files lie in; the sample's where none is
  /// named.
  public static TextTokenizer open(Optional<Path> path) {
    return TextTokenizer.open(path.orElseGet(() -> sample().resolve(FILE)));
  }

  /// The folder of the sample text.
  static Path sample() {
    return RunData.home().resolve("samples").resolve("austen");
  }

  /// The vocabulary of a run with text, checked against its recipe; nothing for other recipes.
  ///
  /// @param resumed the run that goes on, whose own vocabulary counts
  static Optional<TextTokenizer> of(Recipe recipe, Optional<Path> path, Optional<RunFolder> resumed)
      throws IOException {
    TextConfig text = recipe.model().text();
    if (text == null) {
      if (path.isPresent()) {
        throw new UserError(
            "--tokenizer %s: recipe %s has no text".formatted(path.get(), recipe.name()));
      }
      return Optional.empty();
    }
    TextTokenizer tokenizer =
        open(resumed.isPresent() ? resumed.map(r -> r.path().resolve(FILE)) : path);
    if (tokenizer.size() != text.vocabulary()) {
      throw new UserError(
          "%s has %,d tokens, model.text.vocabulary is %,d: leave that field out, or name the vocabulary that belongs to it with --tokenizer"
              .formatted(tokenizer.name(), tokenizer.size(), text.vocabulary()));
    }
    if (resumed.isPresent()) {
      Optional<String> kept = resumed.get().vocabulary();
      if (kept.isPresent() && !kept.get().equals(tokenizer.fingerprint())) {
        throw new UserError(
            "%s is not the vocabulary that the run began with: put that one back"
                .formatted(tokenizer.name()));
      }
    }
    return Optional.of(tokenizer);
  }
}
