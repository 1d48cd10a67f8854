package dev.d2v.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsLogTest {
  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void threeLines() throws IOException {
    file = folder.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.create(file)) {
      for (int update = 5; update <= 15; update += 5) {
        log.write(new MetricsLog.Line(update, Map.of("loss", 1.0 / update)));
      }
    }
  }

  private List<Long> updates() throws IOException {
    return MetricsLog.read(file).stream().map(MetricsLog.Line::update).toList();
  }

  @Test
  @DisplayName("a line is a JSON object; doubles come back as they were, NaN and infinity too")
  void lines() throws IOException {
    try (MetricsLog log = MetricsLog.resume(file, 16)) {
      log.write(new MetricsLog.Line(20, Map.of("loss", Double.NaN)));
      log.write(new MetricsLog.Line(25, Map.of("loss", Double.POSITIVE_INFINITY)));
    }
    assertEquals("{\"update\":5,\"loss\":0.2}", Files.readAllLines(file).getFirst());
    assertEquals(
        List.of(0.2, 0.1, 1.0 / 15, Double.NaN, Double.POSITIVE_INFINITY),
        MetricsLog.read(file).stream().map(line -> line.values().get("loss")).toList());
  }

  @Test
  @DisplayName("a resumed log drops what will be computed again, and goes on behind it")
  void resume() throws IOException {
    try (MetricsLog log = MetricsLog.resume(file, 10)) {
      log.write(new MetricsLog.Line(10, Map.of("loss", 0.5)));
    }
    assertEquals(List.of(5L, 10L), updates());
    assertEquals(0.5, MetricsLog.read(file).getLast().values().get("loss"));
  }

  @Test
  @DisplayName("a torn last line is not read, and is cut off on resume")
  void torn() throws IOException {
    Files.writeString(file, "{\"update\":20,\"lo", StandardOpenOption.APPEND);
    assertEquals(List.of(5L, 10L, 15L), updates());
    try (MetricsLog log = MetricsLog.resume(file, 100)) {
      log.write(new MetricsLog.Line(20, Map.of("loss", 0.25)));
    }
    assertEquals(List.of(5L, 10L, 15L, 20L), updates());
  }

  @Test
  @DisplayName("a new log does not overwrite an old one")
  void create() {
    assertThrows(FileAlreadyExistsException.class, () -> MetricsLog.create(file));
  }
}
