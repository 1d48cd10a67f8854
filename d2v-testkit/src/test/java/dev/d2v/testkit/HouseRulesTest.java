package dev.d2v.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.kernel.Kernels;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the module system cannot assert of the sources, counted.
final class HouseRulesTest {
  private static final int LONGEST_FILE = 500;
  private static final int KERNEL_METHODS = 43;
  private static final Path ROOT = root();

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.exists(at.resolve("LICENSE"))) {
      at = at.getParent();
    }
    if (at == null) {
      throw new IllegalStateException(
          "the project's folder, with its LICENSE, is not above this one");
    }
    return at;
  }

  private static List<Path> sources(String module) throws IOException {
    Path folder = ROOT.resolve(module).resolve("src/main/java");
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(p -> p.toString().endsWith(".java")).toList();
    }
  }

  private static List<Path> allSources() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String module :
        List.of("d2v-tensor", "d2v-nn", "d2v-model", "d2v-data", "d2v-cli", "d2v-testkit")) {
      all.addAll(sources(module));
    }
    assertTrue(all.size() > 150, "the sources were found");
    return all;
  }

  @Test
  void filesAreHumane() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : allSources()) {
      long lines = Files.readAllLines(file).size();
      if (lines > LONGEST_FILE) {
        tooLong.add(ROOT.relativize(file) + ": " + lines);
      }
    }
    assertEquals(List.of(), tooLong, "main files of more than " + LONGEST_FILE + " lines");
  }

  @Test
  void everyPackageSaysWhereToStart() throws IOException {
    List<String> silent = new ArrayList<>();
    for (Path file : allSources()) {
      Path info = file.resolveSibling("package-info.java");
      boolean root = file.getFileName().toString().equals("module-info.java");
      if (!root && !(Files.exists(info) && saysWhereToStart(info))) {
        silent.add(ROOT.relativize(file.getParent()).toString());
      }
    }
    assertEquals(List.of(), silent.stream().distinct().toList());
  }

  private static boolean saysWhereToStart(Path info) throws IOException {
    return Files.readString(info).replaceAll("\\s+(///)?\\s*", " ").contains("Start at [");
  }

  @Test
  void layersAndModelsDoNotTouchHostMemory() throws IOException {
    for (String module : List.of("d2v-nn", "d2v-model")) {
      forbid(sources(module), "java\\.lang\\.foreign|jdk\\.incubator");
    }
  }

  @Test
  void nothingGlobalIsMutableAndNoArenaIsLeftToTheCollector() throws IOException {
    List<Path> all =
        allSources().stream().filter(p -> !p.toString().contains("d2v-testkit")).toList();
    forbid(all, "System\\.setProperty|Arena\\.ofAuto|Arena\\.global|commonPool|\\.parallel\\(\\)");
  }

  @Test
  void namesAreNouns() throws IOException {
    for (Path file : allSources()) {
      String name = file.getFileName().toString().replace(".java", "");
      boolean bad =
          name.matches(".*(Impl|Manager|Util|Utils|Helper)") || name.startsWith("Abstract");
      assertTrue(!bad, name);
    }
  }

  private static void forbid(List<Path> files, String words) throws IOException {
    Pattern pattern = Pattern.compile(words);
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        boolean comment = line.strip().startsWith("//");
        if (!comment && pattern.matcher(line).find()) {
          found.add(ROOT.relativize(file) + ": " + line.strip());
        }
      }
    }
    assertEquals(List.of(), found);
  }

  /// A kernel without a contract cannot land: every method of the vocabulary is called in one.
  @Test
  void everyKernelHasAContract() throws IOException {
    StringBuilder contracts = new StringBuilder();
    for (Path file : sources("d2v-testkit")) {
      contracts.append(Files.readString(file));
    }
    List<String> missing = new ArrayList<>();
    int methods = 0;
    for (RecordComponent family : Kernels.class.getRecordComponents()) {
      for (Method method : family.getType().getDeclaredMethods()) {
        if (method.isSynthetic()) {
          continue;
        }
        methods++;
        if (!Pattern.compile("\\.\\s*" + method.getName() + "\\(").matcher(contracts).find()) {
          missing.add(family.getName() + "." + method.getName());
        }
      }
    }
    assertEquals(List.of(), missing);
    assertEquals(KERNEL_METHODS, methods, "a kernel was added or removed: count it here");
  }
}
