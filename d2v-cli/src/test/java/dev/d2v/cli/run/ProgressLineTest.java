package dev.d2v.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.Screen;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {
  private final Screen screen = new Screen();
  private long now;

  private void run(Terminal terminal, long first) {
    try (ProgressLine line = ProgressLine.of(terminal, "pretrain", first, 400, () -> now)) {
      for (long update = first + 1; update <= 400; update++) {
        now += Duration.ofMillis(250).toNanos();
        line.update(update, Map.of("", 0.5), 1234);
      }
    }
  }

  private List<String> drawn() {
    return List.of(screen.out().split("\r", -1));
  }

  @Test
  @DisplayName("a pipe gets whole lines every few seconds, the last one included")
  void piped() {
    run(screen.piped(), 0);
    assertEquals(
        "pretrain   0%  1/400  loss 0.5000  1,234 samples/s  1:40 left",
        screen.out().lines().findFirst().orElse(""));
    assertEquals(21, screen.out().lines().count());
    assertTrue(
        screen.out().endsWith("pretrain 100%  400/400  loss 0.5000  1,234 samples/s  0:00 left\n"));
    assertTrue(screen.out().indexOf('\r') < 0);
  }

  @Test
  @DisplayName("a terminal gets one line that never wraps, and an end of line at the end")
  void interactive() {
    run(screen.interactive(90), 200);
    for (String line : drawn()) {
      assertTrue(line.stripTrailing().length() < 90, line);
    }
    assertEquals(screen.out().length() - 1, screen.out().indexOf(10), "one line only");
    assertTrue(
        drawn().get(1).startsWith("pretrain  50% [============>           ] 201/400  loss 0.5000"),
        drawn().get(1));
    assertTrue(screen.out().endsWith("\n"));
  }

  @Test
  @DisplayName("a narrow terminal does without the bar")
  void narrow() {
    run(screen.interactive(40), 0);
    for (String line : drawn()) {
      assertTrue(line.stripTrailing().length() < 40, line);
    }
  }

  @Test
  @DisplayName("messages stand on lines of their own")
  void message() {
    try (ProgressLine line = ProgressLine.of(screen.interactive(90), "t", 0, 10, () -> now)) {
      line.update(1, Map.of("", 0.5), 10);
      line.message("checkpoint written");
    }
    assertTrue(screen.out().contains("\rcheckpoint written\n"), screen.out());
  }

  @Test
  @DisplayName("times are short to read")
  void clock() {
    assertEquals("0:42", ProgressLine.clock(Duration.ofSeconds(42)));
    assertEquals("12:05", ProgressLine.clock(Duration.ofSeconds(725)));
    assertEquals("3:07:00", ProgressLine.clock(Duration.ofMinutes(187)));
  }
}
