package dev.d2v.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The sources of this repository, for tests that read them.
final class Repository {
  private Repository() {}

  /// The folder with `.git`, or with the parent pom and the licence, above the working directory.
  static Path root() {
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      boolean parent =
          Files.exists(folder.resolve("pom.xml")) && Files.exists(folder.resolve("LICENSE"));
      if (Files.exists(folder.resolve(".git")) || parent) {
        return folder;
      }
    }
    throw new IllegalStateException("no folder above " + start + " is the repository");
  }

  /// The main Java files of all modules, sorted.
  static List<Path> mainFiles() throws IOException {
    try (Stream<Path> modules = Files.list(root())) {
      List<Path> sources =
          modules
              .map(module -> module.resolve("src/main/java"))
              .filter(Files::isDirectory)
              .toList();
      return sources.stream().flatMap(Repository::javaFiles).sorted().toList();
    }
  }

  private static Stream<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + folder, e);
    }
  }
}
