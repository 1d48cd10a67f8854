package dev.d2v.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The expected arrays are Pillow 9.4's `Image.open(file).convert("RGB")`, except for 16-bit grey,
/// where they are the high bytes. JPEG decoders may round differently.
class ImageDecoderTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "rgb.png, 3, 0",
    "rgba.png, 3, 0",
    "palette.png, 3, 0",
    "grey.png, 1, 0",
    "grey-alpha.png, 1, 0",
    "bit.png, 1, 0",
    "grey16.png, 1, 0",
    "rgb.jpg, 3, 2",
    "progressive.jpeg, 3, 2",
    "grey.jpg, 1, 1",
    "cmyk.jpg, 3, 2",
    "lossless.webp, 3, 0",
    "alpha.webp, 3, 0",
    "animated.gif, 3, 0",
    "rgb.bmp, 3, 0",
    "grey.bmp, 1, 0"
  })
  void decodesAsPillowDoes(String name, int channels, int tolerance) throws Exception {
    Path file = Fixtures.copy(name, folder.resolve(name));
    Pixels image = ImageDecoder.decode(file);
    assertEquals(SizeRange.of(24, 17), ImageDecoder.size(file));
    assertEquals(channels, image.channels(), "channels");
    byte[] expected = Fixtures.resource("formats/" + name + ".u8");
    byte[] actual = image.withChannels(3).data();
    assertEquals(expected.length, actual.length);
    int worst = 0;
    for (int i = 0; i < expected.length; i++) {
      worst = Math.max(worst, Math.abs((expected[i] & 0xff) - (actual[i] & 0xff)));
    }
    assertTrue(worst <= tolerance, name + " deviates by " + worst);
  }

  @Test
  void lossyWebpIsNear() throws Exception {
    Path file = Fixtures.copy("smooth.webp", folder.resolve("smooth.webp"));
    byte[] expected = Fixtures.resource("formats/smooth.webp.u8");
    byte[] actual = ImageDecoder.decode(file).data();
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      sum += Math.abs((expected[i] & 0xff) - (actual[i] & 0xff));
    }
    assertTrue(sum / expected.length < 4, "mean deviation " + sum / expected.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.png", "rgb.jpg", "lossless.webp", "animated.gif", "rgb.bmp"})
  void aFileCutShortIsUnreadable(String name) throws Exception {
    byte[] bytes = Fixtures.resource("formats/" + name);
    Path file = Files.write(folder.resolve(name), Arrays.copyOf(bytes, bytes.length * 6 / 10));
    assertThrows(UnreadableImage.class, () -> ImageDecoder.decode(file));
  }

  @Test
  void contentsDecideNotTheName() throws Exception {
    Path file = Fixtures.copy("rgb.png", folder.resolve("really-a-png.jpg"));
    assertArrayEquals(Fixtures.resource("formats/rgb.png.u8"), ImageDecoder.decode(file).data());
  }

  @Test
  void whatIsNoImageIsNamedSo() throws Exception {
    Path text = Files.writeString(folder.resolve("a.png"), "no image at all");
    Path empty = Files.write(folder.resolve("b.png"), new byte[0]);
    assertEquals(
        "not a PNG, JPEG, WebP, GIF or BMP image",
        assertThrows(UnreadableImage.class, () -> ImageDecoder.decode(text)).getMessage());
    assertEquals(
        "the file is empty",
        assertThrows(UnreadableImage.class, () -> ImageDecoder.decode(empty)).getMessage());
    assertEquals(
        "the file has gone",
        assertThrows(UnreadableImage.class, () -> ImageDecoder.decode(folder.resolve("c.png")))
            .getMessage());
  }
}
