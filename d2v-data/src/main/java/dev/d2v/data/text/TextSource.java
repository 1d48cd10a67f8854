package dev.d2v.data.text;

import dev.d2v.data.DataException;
import dev.d2v.tensor.io.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Files of text in UTF-8, gzipped or not, read from beginning to end and never whole in memory.
///
/// A file is JSON lines when its name ends in `.jsonl` or `.ndjson` (and perhaps `.gz`): an object
/// a line, whose `"text"` is a document. Every other file is plain text, cut into documents by the
/// [TextUnit].
///
/// @param files in the order in which they are read
/// @param unit what a document of plain text is
public record TextSource(List<Path> files, TextUnit unit) {
  private static final Pattern JSON_LINES = Pattern.compile(".*\\.(jsonl|ndjson)(\\.gz)?");
  private static final Pattern TEXT = Pattern.compile(".*\\.(txt|text|jsonl|ndjson)(\\.gz)?");

  /// Checks that there are files.
  public TextSource {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("expected at least one file of text");
    }
    files = List.copyOf(files);
  }

  /// Files and folders: of a folder, and the folders in it, all `.txt`, `.text`, `.jsonl` and
  /// `.ndjson` files, also with `.gz`, sorted by name; names that begin with a dot are passed over.
  ///
  /// @throws DataException when one is missing, or a folder holds no such file
  public static TextSource of(List<Path> paths, TextUnit unit) {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(list(path));
      } else if (Files.exists(path)) {
        files.add(path);
      } else {
        throw new DataException(
            "%s: expected a file or folder of text, found nothing there. Check the path."
                .formatted(path.toAbsolutePath()));
      }
    }
    return new TextSource(files, unit);
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> files =
          walk.filter(path -> visible(folder, path))
              .filter(path -> TEXT.matcher(lowerName(path)).matches() && Files.isRegularFile(path))
              .sorted(
                  Comparator.comparing(
                      path -> folder.relativize(path).toString().replace('\\', '/')))
              .toList();
      if (files.isEmpty()) {
        throw new DataException(
            "%s: expected .txt or .jsonl files (or .txt.gz, .jsonl.gz) in this folder, found none."
                .formatted(folder));
      }
      return files;
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("%s cannot be listed: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static boolean visible(Path folder, Path path) {
    for (Path part : folder.relativize(path)) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    return true;
  }

  private static String lowerName(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT);
  }

  /// What it is called in messages: its file, or the first and how many more.
  public String name() {
    return files.size() == 1
        ? files.getFirst().toString()
        : "%s and %d more".formatted(files.getFirst(), files.size() - 1);
  }

  /// Whether a file is read as JSON lines.
  static boolean isJsonLines(Path file) {
    return JSON_LINES.matcher(lowerName(file)).matches();
  }

  /// Hands over the documents of one of the files.
  ///
  /// @throws DataException when it is not UTF-8, with the byte, or cannot be read
  /// @throws FormatException when a line is not the JSON that it should be, with the byte
  void read(Path file, DocumentSink sink) {
    if (isJsonLines(file)) {
      JsonLines.read(
          file,
          document -> {
            String text = WordSplitter.stripped(document.text());
            if (!text.isEmpty()) {
              sink.part(text, true);
              sink.end();
            }
          });
    } else {
      new PlainText(file, unit, sink).read();
    }
  }
}
