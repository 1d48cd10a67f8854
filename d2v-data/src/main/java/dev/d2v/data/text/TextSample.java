package dev.d2v.data.text;

import dev.d2v.data.DataException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The small text that the project brings along, in `samples/`.
///
/// @param train JSON lines to learn from, with labels
/// @param test JSON lines to measure with
/// @param tokenizer a vocabulary made from `train`
public record TextSample(Path train, Path test, Path tokenizer) {
  /// Paragraphs from Jane Austen's six novels; the label is the novel.
  ///
  /// @param home the project's folder, the one that holds `samples/`
  /// @throws DataException when a file is missing
  public static TextSample austen(Path home) {
    Path folder = home.resolve("samples").resolve("austen");
    return new TextSample(
        present(folder.resolve("train.jsonl")),
        present(folder.resolve("test.jsonl")),
        present(folder.resolve("tokenizer.json")));
  }

  private static Path present(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          "%s: expected the sample that comes with the project, found nothing. Restore the folder samples/ from the project's repository, or name data of your own."
              .formatted(file));
    }
    return file;
  }
}
