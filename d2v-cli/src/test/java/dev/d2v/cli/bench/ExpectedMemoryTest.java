package dev.d2v.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
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

/// `d2v bench step` in a JVM of its own, started as the launcher does: the memory that it said
/// before is the memory that it took.
final class ExpectedMemoryTest {
  /// 5 % is the aim and what is measured; a test on any machine leaves room for other pages.
  private static final double TOLERANCE = 0.08;

  @Test
  void theStepTakesTheMemoryThatWasExpected(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "needs /proc to see what it took");
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertTrue(process.waitFor(180, TimeUnit.SECONDS), "it ends");
    String out = Files.readString(log);
    assertEquals(0, process.exitValue(), out);
    double expected = number(out, "expected_memory_bytes");
    double taken = number(out, "peak_memory_bytes");
    assertEquals(1, taken / expected, TOLERANCE, out);
  }

  private static double number(String out, String key) {
    Matcher matcher = Pattern.compile("\"" + key + "\":(\\d+)").matcher(out);
    assertTrue(matcher.find(), out);
    return Double.parseDouble(matcher.group(1));
  }

  private static List<String> command() {
    String classes =
        Stream.of("java.class.path", "jdk.module.path")
            .map(System::getProperty)
            .filter(p -> p != null && !p.isEmpty())
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmn24m"));
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", classes));
    command.addAll(List.of("dev.d2v.cli.Main", "bench", "step", "--json", "--updates", "3"));
    command.addAll(List.of("--recipe", "fashion-mnist-small", "--batch", "96"));
    return command;
  }
}
