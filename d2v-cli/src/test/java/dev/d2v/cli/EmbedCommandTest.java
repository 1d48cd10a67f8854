package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.run.Terminal;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Npy;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbedCommandTest {
  @TempDir private Path folder = Path.of(".");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void modelAndImages() throws IOException {
    PublishedModel.vision(folder.resolve("model"));
    Files.createDirectories(folder.resolve("images"));
    for (int i = 0; i < 5; i++) {
      BufferedImage image = new BufferedImage(20 + i, 16, BufferedImage.TYPE_INT_RGB);
      image.setRGB(i, i, 0xff8040);
      ImageIO.write(image, "png", folder.resolve("images/i" + i + ".png").toFile());
    }
  }

  private int d2v(String... arguments) {
    Terminal terminal =
        Terminal.plain(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Shell(CommandTree.of(terminal), terminal).run(arguments);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void anNpyFileHoldsAVectorOfEachFileAndItsNamesStandBeside() throws IOException {
    assertEquals(0, d2v("embed", path("model"), path("images"), "--out", path("v.npy")));
    Npy.Floats vectors = Npy.floats(folder.resolve("v.npy"));
    assertEquals(Shape.of(5, 12), vectors.shape());
    List<String> names = Files.readAllLines(folder.resolve("v.npy.files.txt"));
    assertEquals(5, names.size());
    assertTrue(names.getFirst().endsWith("i0.png"));
    assertFalse(Files.exists(folder.resolve("v.npy.part")));
  }

  @Test
  void badFilesAreLeftOutAndNamedAndTheStatusSaysSo() throws IOException {
    Files.writeString(folder.resolve("images/bad.png"), "no image");
    assertEquals(1, d2v("embed", path("model"), path("images")));
    assertEquals(5, out.toString(StandardCharsets.UTF_8).lines().count());
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("left out " + path("images/bad.png")));
  }

  @Test
  void aBrokenOffOutputIsGoneOnWith() throws IOException {
    for (String name : List.of("v.jsonl", "v.csv")) {
      String file = path(name);
      assertEquals(0, d2v("embed", path("model"), path("images/i0.png"), "--out", file));
      String whole = Files.readString(Path.of(file));
      Files.writeString(Path.of(file), "cut shor", StandardOpenOption.APPEND);
      assertEquals(1, d2v("embed", path("model"), path("images"), "--out", file));
      assertTrue(err.toString(StandardCharsets.UTF_8).contains("--resume goes on with it"));
      assertEquals(0, d2v("embed", path("model"), path("images"), "--out", file, "--resume"));
      String all = Files.readString(Path.of(file));
      assertTrue(all.startsWith(whole));
      assertEquals(name.endsWith("csv") ? 6 : 5, all.lines().count());
    }
  }

  @Test
  void anOutputOfAnotherModelOrKindIsNotGoneOnWith() throws IOException {
    String file = path("v.csv");
    String first = path("images/i0.png");
    assertEquals(0, d2v("embed", path("model"), first, "--out", file));
    String whole = Files.readString(Path.of(file));
    int refused =
        d2v("embed", path("model"), path("images"), "--normalize", "--out", file, "--resume");
    assertEquals(1, refused);
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("was made by another model"));
    Files.writeString(folder.resolve("v.jsonl"), whole);
    assertEquals(1, d2v("embed", path("model"), first, "--out", path("v.jsonl"), "--resume"));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("line 1 to be a file's name"));
    assertEquals(whole, Files.readString(Path.of(file)));
    assertEquals(1, d2v("embed", path("model"), first, "--out", path("no/v.csv")));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("there is no folder"));
    assertEquals(1, d2v("embed", path("model"), path("gone.png")));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("gone.png: there is no such file"));
  }

  @Test
  void whatIsNoModelIsRefused() {
    assertEquals(1, d2v("embed", path("images"), path("images")));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("expected a run"));
  }
}
