package dev.d2v.embed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder that is filled under another name and then gets its own: it is there whole or not at
/// all.
final class NewFolder {
  private NewFolder() {}

  /// Fills a folder.
  @FunctionalInterface
  interface Body {
    void fill(Path folder) throws IOException;
  }

  /// Makes a folder where there is none.
  static void fill(Path target, Body body) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path temporary = absolute.resolveSibling("." + absolute.getFileName() + ".writing");
    delete(temporary);
    Files.createDirectories(temporary);
    try {
      body.fill(temporary);
      Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(temporary);
    }
  }

  /// Copies those of the files that there are.
  static void copy(Path from, Path to, List<String> names) throws IOException {
    for (String name : names) {
      if (Files.isRegularFile(from.resolve(name))) {
        Files.copy(from.resolve(name), to.resolve(name));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path p : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }
}
