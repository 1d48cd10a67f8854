package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.job.Made;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuietRunTest {
  @TempDir private Path folder;

  @Test
  @DisplayName("with --quiet a run prints its scores and neither plans nor progress")
  void scoresOnly() throws IOException {
    Path images = Made.images(folder.resolve("images"));
    Screen usual = run(images, "usual");
    assertTrue(usual.out().startsWith("recipe "), usual.out());
    assertTrue(usual.out().contains("training 100%"), usual.out());
    Screen quiet = run(images, "quiet", "--quiet");
    assertFalse(quiet.out().contains("memory "), quiet.out());
    assertFalse(quiet.out().contains("training"), quiet.out());
    assertTrue(quiet.out().contains("trained encoder"), quiet.out());
    assertEquals("", quiet.err());
  }

  private Screen run(Path images, String name, String... options) {
    List<String> all = new ArrayList<>(List.of("pretrain", "--recipe", "fashion-mnist-small"));
    all.addAll(List.of("--name", name, "--out", folder.toString(), "--data", images.toString()));
    Stream.concat(Made.SMALL.stream(), Made.IMAGE.stream())
        .forEach(s -> all.addAll(List.of("--set", s)));
    all.addAll(List.of(options));
    Screen screen = new Screen();
    assertEquals(0, Main.run(screen.piped(), all.toArray(String[]::new)), screen.err());
    return screen;
  }
}
