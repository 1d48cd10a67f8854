package dev.d2v.cli.job;

import dev.d2v.data.DataException;
import dev.d2v.data.text.LabelledText;
import dev.d2v.data.text.TextSource;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.data.text.TextUnit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/// What of the text at a path is learned from and what is held out.
///
/// | at the path | learned from | held out |
/// |---|---|---|
/// | folder with `train*` and `val*`, `dev*` or `test*`, files or folders | the first ones | the others |
/// | a file, or another folder | all but the last rows | the last rows |
///
/// Parts that are one file of JSON lines each, all with a `label`, can be scored.
///
/// @param name what is learned from
/// @param train files to learn from
/// @param heldOut files to measure with; empty: the last rows
/// @param labelled both parts with their labels, where they have them
/// @param how how the parts were made, for people
record TextParts(
    String name,
    TextSource train,
    Optional<TextSource> heldOut,
    Optional<Labelled> labelled,
    String how) {
  /// Larger files are not read for their labels.
  private static final long LABELLED_BYTES = 256L << 20;

  /// Texts with labels, of at most so many tokens.
  record Labelled(LabelledText train, LabelledText heldOut) {}

  /// Looks at what lies there.
  ///
  /// @param lines whether a line of plain text is a document, rather than a paragraph
  /// @param length T
  /// @throws DataException when there is no text
  static TextParts of(Path path, boolean lines, int length, TextTokenizer tokenizer) {
    TextUnit unit = lines ? TextUnit.LINE : TextUnit.PARAGRAPH;
    List<Path> train = beginning(path, "train");
    List<Path> heldOut = beginning(path, "val", "dev", "test");
    if (train.isEmpty() || heldOut.isEmpty()) {
      TextSource all = TextSource.of(List.of(path), unit);
      return new TextParts(
          path.toString(), all, Optional.empty(), Optional.empty(), "the last rows; no labels");
    }
    return new TextParts(
        path.toString(),
        TextSource.of(train, unit),
        Optional.of(TextSource.of(heldOut, unit)),
        labelled(train, heldOut, length, tokenizer),
        "%s and %s as they are".formatted(names(train), names(heldOut)));
  }

  private static String names(List<Path> paths) {
    return String.join(", ", paths.stream().map(p -> p.getFileName().toString()).toList());
  }

  private static List<Path> beginning(Path folder, String... names) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.sorted().toList()) {
        for (String name : names) {
          if (entry.getFileName().toString().startsWith(name)) {
            found.add(entry);
          }
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("%s cannot be listed: %s".formatted(folder, e.getMessage()), e);
    }
    return found;
  }

  private static Optional<Labelled> labelled(
      List<Path> train, List<Path> heldOut, int length, TextTokenizer tokenizer) {
    if (!hasLabels(train) || !hasLabels(heldOut)) {
      return Optional.empty();
    }
    LabelledText first = LabelledText.read(train.getFirst(), tokenizer, length);
    return Optional.of(
        new Labelled(
            first, LabelledText.read(heldOut.getFirst(), tokenizer, length, first.classNames())));
  }

  /// Whether it is one file of JSON lines whose first has a label.
  private static boolean hasLabels(List<Path> part) {
    Path file = part.getFirst();
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (part.size() > 1 || !name.matches(".*\\.(jsonl|ndjson)(\\.gz)?")) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    name.endsWith(".gz") ? new GZIPInputStream(in) : in, StandardCharsets.UTF_8))) {
      String first = lines.readLine();
      return first != null
          && Files.size(file) <= LABELLED_BYTES
          && JSON.std.mapFrom(first).get("label") != null;
    } catch (IOException | JacksonException e) {
      throw new DataException(
          "%s: its first line cannot be read as JSON: %s".formatted(file, e.getMessage()), e);
    }
  }
}
