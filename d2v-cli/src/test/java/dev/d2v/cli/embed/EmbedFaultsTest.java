package dev.d2v.cli.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.d2v.cli.Commands;
import dev.d2v.cli.DamagedModel;
import dev.d2v.cli.Screen;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is wrong with one file, name or option is said, and the other files get their vectors.
final class EmbedFaultsTest {
  @TempDir private Path folder = Path.of(".");
  private final Screen screen = new Screen();

  @BeforeEach
  void modelAndImages() throws IOException {
    PublishedModel.vision(folder.resolve("model"));
    Files.createDirectories(folder.resolve("images"));
    for (int i = 0; i < 3; i++) {
      image("images/i" + i + ".png");
    }
  }

  private Path image(String name) throws IOException {
    BufferedImage image = new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB);
    image.setRGB(name.length() % 20, 3, 0xff8040);
    Path file = folder.resolve(name);
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  private int embed(Object... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "embed";
    all[1] = folder.resolve("model").toString();
    for (int i = 0; i < arguments.length; i++) {
      all[i + 2] = arguments[i].toString();
    }
    return Commands.run(screen.piped(), all);
  }

  private Path at(String name) {
    return folder.resolve(name);
  }

  @Test
  @DisplayName("a batch that no memory holds is refused with what is allowed")
  void batch() {
    for (int batch : new int[] {0, 300_000_000, 536_870_912}) {
      assertEquals(1, embed(at("images"), "--batch", batch));
    }
    assertTrue(screen.err().contains("--batch must be 1 to 65536"), screen.err());
    assertTrue(screen.err().contains("got 536870912"), screen.err());
    assertEquals(0, embed(at("images"), "--batch", 65_536), screen.err());
  }

  @Test
  @DisplayName("a vector that is not finite is in no output; its file is left out and named")
  void notFinite() throws IOException {
    DamagedModel.vision(at("model"));
    assertEquals(1, embed(at("images")));
    assertEquals("", screen.out());
    assertTrue(screen.err().contains("left out " + at("images/i0.png")), screen.err());
    assertTrue(screen.err().contains("left out: 3"), screen.err());
    assertEquals(1, embed(at("images"), "--out", at("v.csv")));
    assertFalse(Files.readString(at("v.csv")).contains("NaN"));
  }

  @Test
  @DisplayName("a folder or file that may not be read is named, with why, and the others are done")
  void noPermission() throws IOException {
    Path closed = Files.createDirectories(at("images/closed"));
    Path file = image("images/j.png");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    try {
      assumeFalse(Files.isReadable(closed), "this user may read everything, as root may");
      assertEquals(1, embed(at("images")));
      assertEquals(3, screen.out().lines().count());
      assertTrue(
          screen.err().contains("left out %s: no permission to read this folder".formatted(closed)),
          screen.err());
      assertTrue(
          screen.err().contains("left out %s: no permission to read it".formatted(file)),
          screen.err());
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  @DisplayName("a named folder without a file for the model is told of")
  void emptyFolder() throws IOException {
    Path empty = Files.createDirectories(at("empty"));
    assertEquals(0, embed(at("images"), empty));
    assertTrue(screen.err().contains(empty + ": nothing in it that the model reads"), screen.err());
    assertEquals(1, embed(empty));
    assertTrue(screen.err().contains("no files of images in " + empty), screen.err());
  }

  @Test
  @DisplayName("@LIST holds a name a line, blanks and quotes and all")
  void list() throws IOException {
    List<Path> odd = List.of(image("two words.png"), image("it's \"one\".png"), image("b\\s.png"));
    Path list = Files.write(at("list"), odd.stream().map(Path::toString).toList());
    assertEquals(0, embed("@" + list), screen.err());
    assertEquals(3, screen.out().lines().count());
  }

  @Test
  @DisplayName("names with line breaks, quotes and commas go into CSV and are found there again")
  void namesInCsv() throws IOException {
    Path file = at("v.csv");
    Path odd = image("a\n\"b\",\r\nc\".png");
    assertEquals(0, embed(odd, "--out", file), screen.err());
    String whole = Files.readString(file);
    assertEquals(0, embed(odd, at("images"), "--out", file, "--resume"), screen.err());
    assertTrue(screen.err().contains("files that are there already: 1"), screen.err());
    assertTrue(Files.readString(file).startsWith(whole));
    String cut = whole.substring(0, whole.indexOf("c\""));
    Files.writeString(file, cut);
    assertEquals(0, embed(odd, "--out", file, "--resume"), screen.err());
    assertEquals(whole, Files.readString(file), "a name that was cut short is done again");
    String open = whole + "\"" + "x.png,1\n".repeat(2_000);
    Files.writeString(file, open);
    assertEquals(1, embed(odd, "--out", file, "--resume"));
    assertTrue(screen.err().contains("a quote that is not closed"), screen.err());
    assertEquals(open, Files.readString(file), "what is no cut-short vector is not cut off");
  }

  @Test
  @DisplayName("a name with a line break is left out of .npy, whose names stand in lines")
  void namesBesideNpy() throws IOException {
    image("images/a\nb.png");
    assertEquals(1, embed(at("images"), "--out", at("v.npy")));
    assertEquals(3, Files.readAllLines(at("v.npy.files.txt")).size());
    assertTrue(screen.err().contains("b.png\": its name has a line break"), screen.err());
  }

  @Test
  @DisplayName("what lies where the names of an .npy go is found before anything is computed")
  void namesExist() throws IOException {
    Path names = Files.writeString(at("v.npy.files.txt"), "precious\n");
    assertEquals(1, embed(at("images"), "--out", at("v.npy")));
    assertTrue(screen.err().contains(names + " exists already"), screen.err());
    assertEquals("precious\n", Files.readString(names));
    assertFalse(Files.exists(at("v.npy.part")));
    Files.createDirectories(at("w.npy.files.txt"));
    assertEquals(1, embed(at("images"), "--out", at("w.npy")));
    assertFalse(Files.exists(at("w.npy.part")));
  }

  @Test
  @DisplayName("an .npy that was killed between its names and its numbers is gone on with")
  void killedBeforeNumbers() throws IOException {
    assertEquals(0, embed(at("images"), "--out", at("v.jsonl")));
    Files.move(at("v.jsonl"), at("v.npy.part"));
    Files.writeString(at("v.npy.files.txt"), "half\n");
    assertEquals(0, embed(at("images"), "--out", at("v.npy"), "--resume"), screen.err());
    assertEquals(3, Files.readAllLines(at("v.npy.files.txt")).size());
  }
}
