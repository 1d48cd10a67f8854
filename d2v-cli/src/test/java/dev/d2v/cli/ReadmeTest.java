package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.Datasets;
import dev.d2v.nn.Streams;
import dev.d2v.testkit.PublishedModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the README says of the code is so.
final class ReadmeTest {
  private static final Pattern JAVA = Pattern.compile("(?s)```java\n(.*?)```");

  @Test
  void theExampleCompilesAndRuns(@TempDir Path folder) throws Exception {
    String readme = Files.readString(root().resolve("README.md"));
    Matcher example = JAVA.matcher(readme);
    assertTrue(example.find(), "the README has an example in Java of embedding");
    assertTrue(example.find(), "and one of training");
    String packages =
        readme
            .replaceAll("\\s+", " ")
            .replaceAll(".*Imports come from (.*?); your module.*", "$1")
            .replaceAll("[`,]|\\band\\b", " ");
    String imports =
        Stream.of(packages.trim().split("\\s+"))
            .map("import %s.*;\n"::formatted)
            .collect(Collectors.joining());
    // two updates instead of a hundred: the same code
    String body = example.group(1).replace("u < 100", "u < 2");
    Path source = folder.resolve("Example.java");
    Files.writeString(
        source,
        imports
            + "final class Example {\n  public static void main(String[] a) throws Exception {\n"
            + body
            + "  }\n}\n");
    assertEquals("", run(folder, "javac", "-d", folder.toString(), source.toString()));
    String output = run(folder, "java", "--add-modules", "jdk.incubator.vector", "Example");
    assertTrue(output.contains("1 ") && output.contains("64 vectors of 128"), output);
  }

  @Test
  void theExampleOfEmbeddingCompilesAndRuns(@TempDir Path folder) throws Exception {
    Matcher example = JAVA.matcher(Files.readString(root().resolve("README.md")));
    assertTrue(example.find(), "the README has an example in Java of embedding");
    assertTrue(example.group(1).lines().count() <= 12, "the example is short");
    Path model = folder.resolve("model");
    PublishedModel.vision(model);
    // a model that is there instead of a run that is not
    String body = example.group(1).replace("runs/fashion-mnist-small", model.toString());
    Path source = folder.resolve("Embedding.java");
    Files.writeString(
        source,
        """
        import java.awt.image.*;
        import java.nio.file.*;
        import java.util.*;
        import dev.d2v.embed.*;
        final class Embedding {
          public static void main(String[] a) throws Exception {
        """
            + body
            + "  }\n}\n");
    assertEquals("", run(folder, "javac", "-d", folder.toString(), source.toString()));
    String output = run(folder, "java", "--add-modules", "jdk.incubator.vector", "Embedding");
    assertTrue(output.contains("2 vectors of 12") && output.contains("2 layers of 5"), output);
  }

  @Test
  void streamsOfRandomNumbersAreListedOnce() {
    assertEquals(Datasets.SPLIT_STREAM, Streams.HELD_OUT);
  }

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.exists(at.resolve("LICENSE"))) {
      at = at.getParent();
    }
    if (at == null) {
      throw new IllegalStateException("no folder with a LICENSE above this one");
    }
    return at;
  }

  /// What a tool of this JDK prints, with this test's classes, less the JVM's warnings.
  private static String run(Path folder, String tool, String... arguments)
      throws IOException, InterruptedException {
    String classes =
        Stream.of("java.class.path", "jdk.module.path")
            .map(System::getProperty)
            .filter(p -> p != null && !p.isEmpty())
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    command.addAll(List.of("-cp", classes + File.pathSeparator + folder));
    command.addAll(List.of(arguments));
    Path log = folder.resolve(tool + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), tool + " ended");
    String output =
        Files.readAllLines(log).stream()
            .filter(line -> !line.startsWith("WARNING"))
            .collect(Collectors.joining("\n"));
    assertEquals(0, process.exitValue(), output);
    return output;
  }
}
