package dev.d2v.cli.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// d2v in a JVM of its own, with this one's classes and the launcher's memory options: what it
/// takes is not mixed with what other tests took.
public final class OwnJvm {
  private OwnJvm() {}

  /// The output of a command that must end well; 1 is a verdict that a short run may get.
  public static String run(Path folder, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    String classes =
        Stream.of("java.class.path", "jdk.module.path")
            .map(System::getProperty)
            .filter(p -> p != null && !p.isEmpty())
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmn24m"));
    command.addAll(options);
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", classes));
    command.add("dev.d2v.cli.Main");
    command.addAll(List.of(arguments));
    Path log = Files.createTempFile(folder, "run", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertTrue(process.waitFor(180, TimeUnit.SECONDS), "it ends");
    String out = Files.readString(log);
    assertTrue(process.exitValue() <= 1 && !out.contains("d2v: "), out);
    return out;
  }
}
