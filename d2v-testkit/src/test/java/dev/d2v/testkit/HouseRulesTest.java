package dev.d2v.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Rules of the house that a compiler does not check, over the main code of all modules.
final class HouseRulesTest {
  private static final int FILE_LINES = 500;
  private static final int METHOD_LINES = 60;

  // its loop and stores are a line a register: in no other form do sums stay in registers
  private static final String LONG_TILE = "GemmTile12.java";
  private static final int LONG_TILE_LINES = 80;

  private static final Pattern TYPE =
      Pattern.compile("\\b(class|interface|record|enum)\\s+(\\w+)\\s*[<({\\w]");
  private static final Pattern OPEN_CLASS =
      Pattern.compile("(?m)^\\s*(?:(?:public|protected|private|static)\\s+)*class\\s+(\\w+)");
  private static final Pattern BAD_NAME =
      Pattern.compile("Abstract\\w*|\\w*(?:Impl|Manager|Utils?)");
  private static final Pattern NATIVE_IMPORT =
      Pattern.compile("import (?:static )?(?:java\\.lang\\.foreign|jdk\\.incubator\\.vector)");
  private static final Pattern FORBIDDEN =
      Pattern.compile("System\\s*\\.\\s*setProperty|Arena\\s*\\.\\s*(?:ofAuto|global)\\b");

  @Test
  void filesHaveAtMost500Lines() throws IOException {
    List<String> table = new ArrayList<>();
    for (Path file : Repository.mainFiles()) {
      int lines = Files.readAllLines(file).size();
      if (lines > FILE_LINES) {
        table.add(row(file, lines + " lines"));
      }
    }
    assertNone("longer than " + FILE_LINES + " lines", table);
  }

  @Test
  void methodsHaveAtMost60Lines() throws IOException {
    List<String> table = new ArrayList<>();
    for (Path file : Repository.mainFiles()) {
      int limit = file.endsWith(LONG_TILE) ? LONG_TILE_LINES : METHOD_LINES;
      for (SourceText.Method method : SourceText.methods(Files.readString(file))) {
        if (method.lines() > limit) {
          table.add(row(file, method.name() + ", " + method.lines() + " lines"));
        }
      }
    }
    assertNone("methods longer than " + METHOD_LINES + " lines", table);
  }

  @Test
  void classesAreFinalSealedOrAbstract() throws IOException {
    List<String> table = new ArrayList<>();
    for (Path file : Repository.mainFiles()) {
      // JMH extends benchmark classes and their states
      if (!module(file).equals("benchmarks")) {
        Matcher matcher = OPEN_CLASS.matcher(SourceText.code(Files.readString(file)));
        while (matcher.find()) {
          table.add(row(file, matcher.group(1)));
        }
      }
    }
    assertNone("classes that are neither final nor sealed nor abstract", table);
  }

  @Test
  void namesSayWhatAThingIs() throws IOException {
    List<String> table = new ArrayList<>();
    for (Path file : Repository.mainFiles()) {
      Matcher matcher = TYPE.matcher(SourceText.code(Files.readString(file)));
      while (matcher.find()) {
        if (BAD_NAME.matcher(matcher.group(2)).matches()) {
          table.add(row(file, matcher.group(2)));
        }
      }
    }
    assertNone("names with Abstract, Impl, Manager or Util", table);
  }

  @Test
  void layersAndModelsDoNotTouchMemoryOrVectors() throws IOException {
    List<String> table = new ArrayList<>();
    for (Path file : Repository.mainFiles()) {
      if (Set.of("d2v-nn", "d2v-model").contains(module(file))) {
        collect(NATIVE_IMPORT, file, table);
      }
    }
    assertNone("imports that only d2v-tensor may have", table);
  }

  @Test
  void nothingGlobalIsChangedOrLeaked() throws IOException {
    List<String> table = new ArrayList<>();
    for (Path file : Repository.mainFiles()) {
      collect(FORBIDDEN, file, table);
    }
    assertNone("uses of global state", table);
  }

  @Test
  void packagesAreDescribed() throws IOException {
    Set<Path> folders = new TreeSet<>();
    for (Path file : Repository.mainFiles()) {
      if (!file.endsWith("module-info.java") && file.getParent() != null) {
        folders.add(file.getParent());
      }
    }
    List<String> table = new ArrayList<>();
    for (Path folder : folders) {
      Path info = folder.resolve("package-info.java");
      if (!Files.exists(info) || !saysWhereToStart(Files.readString(info))) {
        table.add(row(folder, "no package-info.java with 'Start at [...]'"));
      }
    }
    assertNone("packages without a description", table);
  }

  private static boolean saysWhereToStart(String info) {
    return info.replaceAll("\\s+(///)?\\s*", " ").contains("Start at [");
  }

  @Test
  void theCounterOfMethodsCounts() {
    String source =
        """
        /// A { in a comment.
        final class A {
          private final String s = "{ { {";
          private final Runnable r = () -> {
            run();
          };

          @Override
          public void
              first(int a) {
            if (a > '{') {
              for (;;) {}
            }
          }

          record Inner(int x) {
            Inner {
              x = 1;
            }

            int second() { return x; }
          }

          abstract void third();
        }
        """;
    assertEquals(
        List.of("first 7", "second 1"),
        SourceText.methods(source).stream().map(m -> m.name() + " " + m.lines()).toList());
  }

  @Test
  void thereIsCodeToLookAt() throws IOException {
    assertTrue(Repository.mainFiles().size() > 50);
  }

  private static void collect(Pattern pattern, Path file, List<String> table) throws IOException {
    Matcher matcher = pattern.matcher(SourceText.code(Files.readString(file)));
    while (matcher.find()) {
      table.add(row(file, matcher.group()));
    }
  }

  private static String module(Path file) {
    return Repository.root().relativize(file).getName(0).toString();
  }

  private static String row(Path file, String what) {
    return "  %-90s %s".formatted(Repository.root().relativize(file), what);
  }

  private static void assertNone(String what, List<String> table) {
    assertTrue(table.isEmpty(), () -> what + ":\n" + String.join("\n", table));
  }
}
