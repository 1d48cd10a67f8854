package dev.d2v.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;

/// Values that the official code gave, read from the test resource.
final class OfficialSchedules {
  private static final double RELATIVE = 1e-9;

  private OfficialSchedules() {}

  /// Fails unless the schedule gives the official values under this name.
  static void assertMatches(String name, LongToDoubleFunction schedule) {
    String[] points = line(name).split(" ", -1);
    assertTrue(points.length > 50, name);
    for (int i = 1; i < points.length; i++) {
      String[] point = points[i].split(":", -1);
      double expected = Double.parseDouble(point[1]);
      double actual = schedule.applyAsDouble(Long.parseLong(point[0]));
      assertEquals(expected, actual, RELATIVE * Math.abs(expected), name + ", update " + point[0]);
    }
  }

  private static String line(String name) {
    try (var in = OfficialSchedules.class.getResourceAsStream("official-schedules.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(text.split("\n", -1))
          .filter(line -> line.startsWith(name + " "))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
