package dev.d2v.cli.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.Commands;
import dev.d2v.cli.Screen;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder of Hugging Face's as one file.
final class ConvertCommandTest {
  @TempDir private Path folder;

  private String d2v(int status, Object... arguments) {
    Screen screen = new Screen();
    String[] words = List.of(arguments).stream().map(String::valueOf).toArray(String[]::new);
    assertEquals(status, Commands.run(screen.piped(), words), screen.err());
    return screen.out();
  }

  @Test
  void whatItWritesIsOpenedByTheOtherCommands() throws IOException {
    Path image = folder.resolve("a.png");
    ImageIO.write(new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
    Path model = PublishedModel.vision(folder.resolve("vision"));
    Path one = folder.resolve("one.safetensors");
    String said = d2v(0, "convert", model, one);
    assertFalse(said.contains("needs beside it"), said);
    assertEquals(d2v(0, "embed", model, image), d2v(0, "embed", one, image));
    Path small = folder.resolve("small.safetensors");
    d2v(0, "quantize", one, small, "--samples", "0");
    assertTrue(d2v(0, "embed", small, image).contains("a.png"));
    d2v(0, "export", "--onnx", folder.resolve("one.onnx"), one);
    assertTrue(d2v(0, "inspect", one).contains("data2vec-vision"));
  }

  @Test
  void whatItCannotCarryIsNamed() throws IOException {
    Path model = PublishedModel.text(folder.resolve("text"), 300);
    String said = d2v(0, "convert", model, folder.resolve("text.safetensors"));
    assertTrue(
        said.contains("to be opened, it needs beside it its vocabulary: tokenizer.json"), said);
    Path audio = PublishedModel.audio(folder.resolve("audio"));
    Files.delete(audio.resolve("preprocessor_config.json"));
    said = d2v(0, "convert", audio, folder.resolve("audio.safetensors"));
    assertTrue(said.contains("needs beside it the preprocessor_config.json"), said);
  }
}
