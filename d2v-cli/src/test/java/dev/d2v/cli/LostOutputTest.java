package dev.d2v.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.run.Output;
import dev.d2v.cli.run.Terminal;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a command prints arrives, or its status says that it did not.
final class LostOutputTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /// The status of a command whose standard output fails at once, for this reason.
  private int d2v(String reason, String... arguments) {
    OutputStream failing =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(reason);
          }
        };
    return Main.run(
        Terminal.plain(Output.of(failing, UTF_8), new PrintStream(err, true, UTF_8)), arguments);
  }

  private String[] embed(Path folder) throws IOException {
    PublishedModel.vision(folder.resolve("model"));
    Files.createDirectories(folder.resolve("images"));
    for (int i = 0; i < 4; i++) {
      ImageIO.write(
          new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB),
          "png",
          folder.resolve("images/%d.png".formatted(i)).toFile());
    }
    return new String[] {
      "embed",
      folder.resolve("model").toString(),
      folder.resolve("images").toString(),
      "--batch",
      "1"
    };
  }

  @Test
  @DisplayName("a full disk behind standard output ends embed with a sentence and status 1")
  void full(@TempDir Path folder) throws IOException {
    assertEquals(1, d2v("No space left on device", embed(folder)));
    String said = err.toString(UTF_8);
    assertTrue(said.contains("d2v: standard output could not be written, the disk is full"), said);
    assertFalse(said.contains("vectors: "), said);
  }

  @Test
  @DisplayName("a reader that has gone ends embed without a word, at the first batch")
  void gone(@TempDir Path folder) throws IOException {
    assertEquals(141, d2v("Broken pipe", embed(folder)));
    String said = err.toString(UTF_8);
    assertFalse(said.contains("d2v: ") || said.contains("4/4"), said);
  }

  @Test
  @DisplayName("every other command says so too")
  void others() {
    assertEquals(1, d2v("No space left on device", "recipes"));
    assertTrue(err.toString(UTF_8).contains("the disk is full"), err.toString(UTF_8));
    assertEquals(141, d2v("Broken pipe", "recipes"));
  }
}
