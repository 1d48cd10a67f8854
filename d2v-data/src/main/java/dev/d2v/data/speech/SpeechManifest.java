package dev.d2v.data.speech;

import dev.d2v.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// fairseq's manifests: the first line is a folder, every other a path below it, a tab and the
/// number of samples at 16 kHz. No file is opened to learn its length; one that turns out shorter
/// is skipped when it is met.
public final class SpeechManifest {
  private SpeechManifest() {}

  /// Opens a manifest. A relative first line counts from the manifest's own folder.
  ///
  /// @throws DataException when it cannot be read, or a line is of another form
  public static SpeechFiles open(Path manifest, SpeechOptions options) {
    List<String> lines;
    try {
      lines = Files.readAllLines(manifest);
    } catch (IOException e) {
      throw new DataException("%s cannot be read as text: %s".formatted(manifest, e), e);
    }
    try {
      return open(manifest, lines, options);
    } catch (InvalidPathException e) {
      throw new DataException(
          "%s: expected paths, found one that cannot be: %s".formatted(manifest, e.getMessage()),
          e);
    }
  }

  private static SpeechFiles open(Path manifest, List<String> lines, SpeechOptions options) {
    Path root = manifest.resolveSibling(lines.isEmpty() ? "" : lines.getFirst().strip());
    if (lines.size() < 2 || !Files.isDirectory(root)) {
      throw new DataException(
          "%s: expected the folder of the files in the first line and a file in each other, found %s. Correct the first line."
              .formatted(
                  manifest,
                  lines.size() < 2 ? lines.size() + " lines" : root + ", which is no folder"));
    }
    List<SpeechFiles.Entry> entries = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        entries.add(entry(manifest, root, i + 1, lines.get(i)));
      }
    }
    return new SpeechFiles(manifest.toString(), entries, List.of(), 0, options);
  }

  private static SpeechFiles.Entry entry(Path manifest, Path root, int number, String line) {
    int tab = line.indexOf('\t');
    String count = line.substring(tab + 1).strip();
    if (tab <= 0 || !count.matches("[0-9]{1,9}")) {
      throw new DataException(
          "%s, line %d: expected a path, a tab and a number of samples, found '%s'."
              .formatted(manifest, number, line));
    }
    return new SpeechFiles.Entry(
        root.resolve(line.substring(0, tab)),
        Long.parseLong(count),
        SpeechDataset.NO_LABEL,
        Optional.empty());
  }
}
