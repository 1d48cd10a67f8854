package dev.d2v.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.run.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// A short run of `d2v bench endurance`; the long one is a command of its own.
final class EnduranceTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int run(String... arguments) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new CommandLine(new EnduranceCommand(Terminal.plain(stream, stream)))
        .setExecutionExceptionHandler((e, line, parsed) -> 2)
        .execute(arguments);
  }

  @Test
  void tellsTheMemoryOfEveryTenth() {
    int status = run("--updates", "40", "--threads", "1", "--set", "train.batch=2");
    assertTrue(status == 0 || status == 1, "a verdict, not a failure");
    String text = out.toString(StandardCharsets.UTF_8);
    assertEquals(12, text.lines().count(), text);
    assertTrue(text.lines().skip(10).findFirst().orElseThrow().strip().startsWith("40"), text);
    assertTrue(text.contains("more than the middle"), text);
  }

  @Test
  void refusesTooFewUpdates() {
    assertEquals(2, run("--updates", "9"));
  }
}
