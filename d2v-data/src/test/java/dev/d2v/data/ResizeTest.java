package dev.d2v.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.d2v.data.Resize.Filter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The expected arrays are Pillow 9.4's: `im.resize((w, h), filter)` and
/// `im.crop(box).resize(...)`.
class ResizeTest {
  record Case(int number, int height, int width, int outHeight, int outWidth, Box box) {}

  static List<Case> cases() {
    return List.of(
        new Case(0, 40, 56, 32, 32, new Box(3, 2, 49, 33)),
        new Case(1, 20, 17, 32, 32, new Box(3, 2, 10, 13)),
        new Case(2, 64, 48, 24, 30, new Box(3, 2, 41, 57)),
        new Case(3, 33, 33, 33, 20, new Box(3, 2, 26, 26)));
  }

  private static byte[] pillow(Case c, String what) {
    return Fixtures.resource("pillow/resize." + c.number + "." + what + ".u8");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalsPillowToTheLastBit(Case c) {
    Pixels image = new Pixels(pillow(c, "in"), c.width, c.height, 3);
    for (Filter filter : Filter.values()) {
      Pixels resized = Resize.resize(image, c.outWidth, c.outHeight, filter);
      assertArrayEquals(
          pillow(c, filter.name().toLowerCase(Locale.ROOT)), resized.data(), filter.name());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aBoxIsCroppedFirst(Case c) {
    Pixels image = new Pixels(pillow(c, "in"), c.width, c.height, 3);
    Pixels resized = Resize.resize(image, c.box, c.outWidth, c.outHeight, Filter.BICUBIC);
    assertArrayEquals(pillow(c, "crop_bicubic"), resized.data());
  }

  @Test
  void greyEqualsPillowToo() {
    Pixels colour = new Pixels(Fixtures.resource("pillow/resize.2.in.u8"), 48, 64, 3);
    Pixels grey = colour.withChannels(1);
    assertArrayEquals(Fixtures.resource("pillow/grey.in.u8"), grey.data(), "conversion to grey");
    assertArrayEquals(
        Fixtures.resource("pillow/grey.bicubic.u8"),
        Resize.resize(grey, 28, 28, Filter.BICUBIC).data());
  }

  @Test
  void aConstantImageStaysConstant() {
    byte[] data = new byte[19 * 23];
    Arrays.fill(data, (byte) 200);
    Pixels image = new Pixels(data, 19, 23, 1);
    for (Filter filter : Filter.values()) {
      for (byte value : Resize.resize(image, 7, 41, filter).data()) {
        assertEquals(200, value & 0xff);
      }
    }
  }

  @Test
  void theSameSizeIsTheSameImage() {
    Pixels image = Fixtures.pattern(5, 4, 3, 0);
    assertSame(image, Resize.resize(image, 5, 4, Filter.BICUBIC));
  }
}
