package dev.d2v.data.common;

import dev.d2v.data.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The files of a kind in a folder and its sub-folders, sorted by name, so that numbers are the
/// same on every machine. Names that begin with a dot are passed over, links are followed.
///
/// @param folder where they lie
/// @param files those whose extension is of the kind
/// @param others how many have another extension
public record FileListing(Path folder, List<Path> files, int others) {
  /// What is looked for.
  ///
  /// @param what in the plural, such as `images`
  /// @param formats for messages, such as `PNG or JPEG`
  /// @param extensions in lower case, without the dot
  public record Kind(String what, String formats, Set<String> extensions) {
    /// Whether a file's extension is of this kind.
    public boolean has(Path file) {
      String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
      int dot = name.lastIndexOf('.');
      return dot >= 0 && extensions.contains(name.substring(dot + 1));
    }
  }

  /// Lists a folder.
  ///
  /// @throws DataException when it is missing or holds nothing of the kind
  public static FileListing of(Path folder, Kind kind) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "%s: expected a folder of %s, found %s."
              .formatted(folder, kind.what(), Files.exists(folder) ? "a file" : "nothing"));
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      all = walk.filter(path -> visible(folder, path) && Files.isRegularFile(path)).toList();
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("%s cannot be listed: %s".formatted(folder, e.getMessage()), e);
    }
    List<Path> files =
        all.stream()
            .filter(kind::has)
            .sorted(Comparator.comparing(path -> sortKey(folder, path)))
            .toList();
    int others = all.size() - files.size();
    if (files.isEmpty()) {
      throw new DataException(
          "%s: expected %s files, found %s. Name a folder of %s, with a sub-folder for each class if there are classes."
              .formatted(
                  folder,
                  kind.formats(),
                  others == 0 ? "an empty folder" : others + " other files",
                  kind.what()));
    }
    return new FileListing(folder, files, others);
  }

  /// The sorted first sub-folders, or none when a file lies outside of them.
  public List<String> classes() {
    if (files.stream().anyMatch(file -> className(file).isEmpty())) {
      return List.of();
    }
    return files.stream().flatMap(file -> className(file).stream()).distinct().sorted().toList();
  }

  /// The classes when they are among those of another part of the same data set.
  ///
  /// @return `classNames`
  /// @throws DataException when there are others, or one part has classes and the other none
  public List<String> classesAmong(List<String> classNames) {
    List<String> own = classes();
    if (!classNames.containsAll(own) || own.isEmpty() != classNames.isEmpty()) {
      throw new DataException(
          "%s: expected the sub-folders (classes) of the other part, %s, found %s. Make both parts alike."
              .formatted(folder, classNames, own));
    }
    return classNames;
  }

  /// The first sub-folder on the way to a file.
  public Optional<String> className(Path file) {
    Path way = folder.relativize(file);
    return way.getNameCount() < 2 ? Optional.empty() : Optional.of(way.getName(0).toString());
  }

  private static boolean visible(Path folder, Path path) {
    for (Path part : folder.relativize(path)) {
      if (part.toString().startsWith(".") && !part.toString().equals(".")) {
        return false;
      }
    }
    return true;
  }

  private static String sortKey(Path folder, Path path) {
    return folder.relativize(path).toString().replace('\\', '/');
  }
}
