package dev.d2v.cli.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.Commands;
import dev.d2v.cli.Screen;
import dev.d2v.testkit.PublishedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportCommandTest {
  private final Screen screen = new Screen();

  @TempDir private Path folder;
  private Path model = Path.of(".");
  private Path file = Path.of(".");

  @BeforeEach
  void aModel() throws IOException {
    model = PublishedModel.vision(folder.resolve("model"));
    file = folder.resolve("vision.onnx");
  }

  private int d2v(Object... arguments) {
    String[] words = List.of(arguments).stream().map(String::valueOf).toArray(String[]::new);
    return Commands.run(screen.piped(), words);
  }

  @Test
  @DisplayName("export writes a file and says what goes in and comes out")
  void export() throws IOException {
    assertEquals(0, d2v("export", "--onnx", file, model), screen.err());
    String out = screen.out();
    assertTrue(out.contains("data2vec 1.0, Data2VecVisionModel"), out);
    assertTrue(out.contains("in   pixel_values FLOAT (batch,3,16,16)"), out);
    assertTrue(out.contains("out  last_hidden_state FLOAT (batch,5,12)"), out);
    assertTrue(out.contains("out  embedding FLOAT (batch,12)"), out);
    assertTrue(out.contains("%,d bytes".formatted(Files.size(file))), out);
  }

  @Test
  @DisplayName("the same model gives the same bytes")
  void same() throws IOException {
    Path other = folder.resolve("other.onnx");
    assertEquals(0, d2v("export", "--onnx", file, model, "--int8"), screen.err());
    assertEquals(0, d2v("export", model, "--onnx", other, "--int8"), screen.err());
    assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(other));
  }

  @Test
  @DisplayName("files that exist stay without --force")
  void existing() throws IOException {
    Files.writeString(file, "mine");
    assertEquals(1, d2v("export", "--onnx", file, model));
    assertTrue(screen.err().contains("replace it with --force"), screen.err());
    assertEquals("mine", Files.readString(file));
    assertEquals(0, d2v("export", "--onnx", file, model, "--force"), screen.err());
    assertTrue(Files.size(file) > 4);
  }

  @Test
  @DisplayName("weights go to a file of their own when asked")
  void external() throws IOException {
    assertEquals(0, d2v("export", "--onnx", file, model, "--external-data"), screen.err());
    Path data = folder.resolve("vision.onnx.data");
    assertTrue(screen.out().contains("%s: %,d bytes".formatted(data, Files.size(data))));
    assertEquals(0, d2v("export", "--onnx", file, model, "--force"), screen.err());
    assertFalse(Files.exists(data), "weights that nothing names any more");
    Path second = folder.resolve("second.onnx");
    Files.writeString(folder.resolve("second.onnx.data"), "mine");
    assertEquals(1, d2v("export", "--onnx", second, model, "--external-data"));
    assertFalse(Files.exists(second));
  }

  @Test
  @DisplayName("what cannot be exported ends with a sentence and leaves nothing behind")
  void refusals() {
    assertEquals(1, d2v("export", "--onnx", file, folder.resolve("nothing")));
    assertTrue(screen.err().contains("no such file or folder"), screen.err());
    assertEquals(1, d2v("export", "--onnx", file, model, "--modality", "speech"));
    assertTrue(screen.err().contains("reads images, not recordings"), screen.err());
    assertEquals(1, d2v("export", "--onnx", file, model, "--teacher"));
    assertTrue(screen.err().contains("has no teacher"), screen.err());
    assertEquals(1, d2v("export", "--onnx", file, model, "--layers", "1,9"));
    assertTrue(screen.err().contains("layers 1 to 2"), screen.err());
    assertEquals(1, d2v("export", "--onnx", folder.resolve("no/such.onnx"), model));
    assertTrue(screen.err().contains("there is no folder"), screen.err());
    assertEquals(2, d2v("export", model));
    assertTrue(screen.err().contains("--onnx"), screen.err());
    assertFalse(Files.exists(file));
  }
}
