package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The script `d2v`, over a JDK that only says what it was started with.
final class LauncherTest {
  private static final List<String> MODULES =
      List.of("tensor", "nn", "model", "data", "config", "embed", "export", "cli");

  @TempDir private Path folder = Path.of(".");

  /// Everything that the launcher looks for, so that it builds nothing.
  private Path project() throws IOException {
    Path script = Path.of("..", "d2v").toAbsolutePath();
    assumeTrue(Files.isExecutable(script), "no launcher above this module: " + script);
    Path home = Files.createDirectories(folder.resolve("home"));
    Path copy = Files.copy(script, home.resolve("d2v"));
    Files.writeString(home.resolve("pom.xml"), "");
    for (String module : MODULES) {
      Files.createDirectories(home.resolve("d2v-%s/src/main".formatted(module)));
      Files.writeString(home.resolve("d2v-%s/pom.xml".formatted(module)), "");
    }
    Path stamp = Files.createDirectories(home.resolve("d2v-cli/target/app")).resolve("stamp");
    Files.writeString(stamp, "");
    Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().plusSeconds(60)));
    Path bin = Files.createDirectories(folder.resolve("jdk/bin"));
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    for (String tool : List.of("java", "javac")) {
      executable(bin.resolve(tool), "echo \"locale ${LC_ALL-none}\"");
    }
    return copy;
  }

  private static void executable(Path file, String line) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String run(Path script, String path, String locale) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("/usr/bin/env", "bash", script.toString(), "recipes");
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().put("LC_ALL", locale);
    builder.environment().put("D2V_JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("PATH", path);
    Path log = Files.createTempFile(folder, "run", ".log");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
    return Files.readString(log);
  }

  @Test
  @DisplayName("outside a UTF-8 locale the JVM gets one, so that it can open any name")
  void locale() throws Exception {
    Path script = project();
    String path = System.getenv("PATH");
    String given = run(script, path, "C");
    assumeTrue(!given.equals("locale C\n"), "this system has no UTF-8 locale: " + given);
    assertTrue(given.matches("locale \\w+\\.UTF-8\n"), given);
    assertEquals(given, run(script, path, "POSIX"));
    String own = given.substring("locale ".length()).strip();
    assertEquals(given, run(script, path, own), "a UTF-8 locale stays as it is");
  }

  @Test
  @DisplayName("where no command tells the locale, it gets the one that most systems have")
  void noLocaleCommand() throws Exception {
    Path script = project();
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : List.of("bash", "sh", "dirname", "readlink", "find", "cat")) {
      for (String where : System.getenv("PATH").split(":", -1)) {
        Path real = Path.of(where, tool);
        if (Files.isExecutable(real) && !Files.exists(tools.resolve(tool))) {
          executable(tools.resolve(tool), "exec %s \"$@\"".formatted(real));
        }
      }
    }
    assertEquals("locale C.UTF-8\n", run(script, tools.toString(), "C"));
  }
}
