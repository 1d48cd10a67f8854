package dev.d2v.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `d2v bench step` says before it starts what memory it will take.
final class ExpectedMemoryTest {
  /// 5 % is the aim and what is measured; a test on any machine leaves room for other pages.
  private static final double TOLERANCE = 0.08;

  @Test
  void theStepTakesTheMemoryThatWasExpected(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "needs /proc to see what it took");
    String out =
        OwnJvm.run(
            folder,
            List.of(),
            "bench",
            "step",
            "--json",
            "--updates=3",
            "--recipe=fashion-mnist-small",
            "--batch=96",
            "--out=" + folder);
    double expected = number(out, "expected_memory_bytes");
    double taken = number(out, "peak_memory_bytes");
    assertEquals(1, taken / expected, TOLERANCE, out);
  }

  private static double number(String out, String key) {
    Matcher matcher = Pattern.compile("\"" + key + "\":(\\d+)").matcher(out);
    assertTrue(matcher.find(), out);
    return Double.parseDouble(matcher.group(1));
  }
}
