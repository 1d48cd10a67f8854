package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.job.Made;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `d2v bench step` as a person starts it, on recipes made small.
final class BenchStepTest {
  @TempDir private Path folder;
  private Screen screen = new Screen();

  private int bench(String recipe, List<String> settings, String... more) {
    screen = new Screen();
    List<String> all = new ArrayList<>(List.of("bench", "step", "--recipe", recipe));
    all.addAll(List.of("--threads", "1", "--updates", "1", "--out", folder.toString()));
    settings.forEach(s -> all.addAll(List.of("--set", s)));
    all.addAll(List.of(more));
    return Main.run(screen.piped(), all.toArray(String[]::new));
  }

  private static List<String> small(List<String> more) {
    return Stream.concat(Made.SMALL.stream(), more.stream()).toList();
  }

  @Test
  @DisplayName("speech of a chosen length: one line of JSON at the end")
  void seconds() throws IOException {
    List<String> settings = small(Made.SPEECH);
    assertEquals(0, bench("spoken-digits-small", settings, "--seconds=0.5", "--json"));
    String json = screen.out().lines().toList().getLast();
    for (String key :
        List.of("seconds_per_step", "flops", "peak_share", "peak_memory_bytes", "recipe")) {
      assertTrue(json.contains("\"" + key + "\":"), json);
    }
    List<String> table = Files.readAllLines(folder.resolve("step.csv"));
    assertTrue(table.get(1).startsWith("\"spoken-digits-small:B="), table.get(1));
    assertTrue(
        table.stream().anyMatch(l -> l.startsWith("matmulNT,kernels of an update,1,")),
        "a row for each kernel");
    String page = Files.readString(folder.resolve("step.html"));
    assertTrue(page.contains("class=\"bar own\"") && page.contains(" MiB"), "bars and memory");
    assertEquals(1, bench("quickstart", List.of(), "--seconds", "1"));
    assertTrue(screen.err().contains("--seconds is for recipes of speech"), screen.err());
    assertEquals(1, bench("spoken-digits-small", settings, "--seconds", "0.01"));
    assertTrue(screen.err().contains("longer than a frame"), screen.err());
  }

  @Test
  @DisplayName("what does not fit is refused with the memory planned, before any is taken")
  void refused() {
    assertEquals(1, bench("text-large", List.of(), "--batch", "4096"));
    assertTrue(screen.err().matches("(?s).*needs [0-9.]+ GiB off the heap.*"), screen.err());
  }
}
