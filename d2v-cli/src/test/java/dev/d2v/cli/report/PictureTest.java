package dev.d2v.cli.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PictureTest {
  @ParameterizedTest
  @CsvSource({"1,0", "3,2", "4,6"})
  @DisplayName("a PNG decodes to the same pixels, every checksum right")
  void png(int channels, int colourType) throws DataFormatException {
    byte[] pixels = new byte[5 * 3 * channels];
    new Random(1).nextBytes(pixels);
    ByteBuffer png = ByteBuffer.wrap(Png.encode(new Picture(5, 3, channels, pixels)));
    assertEquals(0x89504e470d0a1a0aL, png.getLong());
    ByteBuffer header = ByteBuffer.wrap(chunk(png, "IHDR"));
    assertEquals(5, header.getInt());
    assertEquals(3, header.getInt());
    assertEquals(8, header.get());
    assertEquals(colourType, header.get());
    assertArrayEquals(pixels, unfiltered(chunk(png, "IDAT"), 3, 5 * channels));
    assertEquals(0, chunk(png, "IEND").length);
    assertEquals(0, png.remaining());
  }

  @Test
  @DisplayName("normalised floats become bytes again, channels together")
  void floats() {
    float[] red = {-1, 0, 1, 2};
    float[] green = {0, 0, 0, 9};
    float[] blue = {0, 0, 0, -9};
    float[] values = new float[12];
    System.arraycopy(red, 0, values, 0, 4);
    System.arraycopy(green, 0, values, 4, 4);
    System.arraycopy(blue, 0, values, 8, 4);
    Picture picture = Picture.of(values, 2, List.of(0.5, 0.2, 0.0), List.of(0.25, 1.0, 1.0));
    assertEquals(3, picture.channels());
    assertEquals(64, picture.at(0, 0, 0));
    assertEquals(255, picture.at(1, 1, 0));
    assertEquals(51, picture.at(0, 0, 1));
    assertEquals(255, picture.at(1, 1, 1));
    assertEquals(0, picture.at(1, 1, 2));
  }

  @Test
  @DisplayName("masks hide their patches and no others")
  void masks() {
    byte[] white = new byte[16];
    Arrays.fill(white, (byte) 255);
    Picture picture = new Picture(4, 4, 1, white);
    boolean[] mask = {false, true, false, false};
    Picture seen = MaskPictures.visible(picture, mask);
    assertEquals(255, seen.at(1, 0, 3));
    assertEquals(0, seen.at(2, 1, 3));
    assertEquals(255, seen.at(2, 2, 3));
    Picture veiled = MaskPictures.veiled(picture, mask);
    assertEquals(255, veiled.at(1, 1, 2));
    assertEquals(115, veiled.at(3, 1, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1234567,'1,234,567'",
    "0.05,0.05",
    "0.00002,2e-5",
    "12.3456,12.35",
    "-0.5,-0.5",
    "100,100"
  })
  @DisplayName("numbers are short")
  void numbers(double value, String text) {
    assertEquals(text, Axis.number(value));
  }

  @Test
  @DisplayName("ticks are round and within the axis")
  void ticks() {
    assertEquals(
        List.of("0.9995", "0.9996", "0.9997", "0.9998", "0.9999"),
        Axis.over(0.9995, 0.9999, false, 0, 1).ticks(4).stream().map(Axis.Tick::label).toList());
    assertEquals(
        List.of("0", "500", "1,000", "1,500", "2,000"),
        Axis.exact(0, 2000, 0, 1).ticks(5).stream().map(Axis.Tick::label).toList());
    assertEquals(
        List.of("0.5", "1", "2", "5", "10", "20"),
        Axis.over(0.5, 40, true, 0, 1).ticks(4).stream().map(Axis.Tick::label).toList());
    assertEquals(0.5, Axis.over(1, 100, true, 0, 1).at(10), 1e-9);
    assertEquals(3, Axis.over(7, 7, false, 0, 1).ticks(2).size());
  }

  private static byte[] chunk(ByteBuffer png, String type) {
    byte[] data = new byte[png.getInt()];
    byte[] name = new byte[4];
    png.get(name).get(data);
    assertEquals(type, new String(name, StandardCharsets.US_ASCII));
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    assertEquals((int) crc.getValue(), png.getInt());
    return data;
  }

  private static byte[] unfiltered(byte[] compressed, int rows, int row)
      throws DataFormatException {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(compressed);
      byte[] raw = new byte[rows * (row + 1)];
      assertEquals(raw.length, inflater.inflate(raw));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int y = 0; y < rows; y++) {
        assertEquals(0, raw[y * (row + 1)]);
        out.write(raw, y * (row + 1) + 1, row);
      }
      return out.toByteArray();
    }
  }
}
