package dev.d2v.data;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.random.RandomStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FramingTest {
  private static final int DRAWS = 20_000;

  private static RandomStream random(int item) {
    return new RandomStream(5, 11, 0, item);
  }

  @Test
  void cropsHaveTheAreaAndRatioOfTheFormula() {
    RandomResizedCrop crop = new RandomResizedCrop(0.2, 0.5, 0.75, 4 / 3.0);
    double area = 0;
    double squares = 0;
    double logRatio = 0;
    for (int i = 0; i < DRAWS; i++) {
      Box box = crop.draw(1000, 1000, random(i));
      double share = box.width() * (double) box.height() / 1e6;
      assertTrue(share > 0.198 && share < 0.502, () -> "area " + share);
      area += share;
      squares += share * share;
      logRatio += Math.log(box.width() / (double) box.height());
    }
    double mean = area / DRAWS;
    // U(0.2, 0.5): mean 0.35, variance 0.3^2 / 12; five standard errors.
    assertEquals(0.35, mean, 5 * 0.3 / Math.sqrt(12.0 * DRAWS));
    assertEquals(0.09 / 12, squares / DRAWS - mean * mean, 2e-4);
    assertEquals(0, logRatio / DRAWS, 5 * 2 * Math.log(4 / 3.0) / Math.sqrt(12.0 * DRAWS));
  }

  @Test
  void cropsLieAnywhereAndWithin() {
    RandomResizedCrop crop = RandomResizedCrop.ofScale(0.2);
    double left = 0;
    boolean touchesLeft = false;
    boolean touchesRight = false;
    for (int i = 0; i < DRAWS; i++) {
      Box box = crop.draw(40, 30, random(i));
      assertTrue(box.right() <= 40 && box.bottom() <= 30, () -> box.toString());
      if (box.width() < 40) {
        left += box.left() / (40.0 - box.width()) - 0.5;
        touchesLeft |= box.left() == 0;
        touchesRight |= box.right() == 40;
      }
    }
    assertEquals(0, left / DRAWS, 0.02);
    assertTrue(touchesLeft && touchesRight);
  }

  @Test
  void whatNeverFitsIsCroppedInTheCentre() {
    RandomResizedCrop crop = new RandomResizedCrop(1, 1, 0.75, 4 / 3.0);
    assertEquals(new Box(0, 433, 100, 133), crop.draw(100, 1000, random(0)));
    assertEquals(new Box(433, 0, 133, 100), crop.draw(1000, 100, random(0)));
    RandomResizedCrop square = new RandomResizedCrop(1, 1, 1, 1);
    assertEquals(new Box(0, 0, 50, 50), square.draw(50, 50, random(0)));
  }

  @Test
  void theCentreCropResizesTheShorterSide() {
    Framing centre = new Framing.CentreCrop();
    Pixels image = Fixtures.pattern(60, 40, 3, 0);
    Pixels expected =
        Resize.resize(image, 48, 32, Resize.Filter.BICUBIC).crop(new Box(10, 2, 28, 28));
    assertArrayEquals(expected.data(), centre.frame(image, 28, random(0)).data());
    Pixels exact = Fixtures.pattern(28, 28, 1, 0);
    assertSame(exact, centre.frame(exact, 28, random(0)));
  }

  @Test
  void withoutFramingOtherSizesAreRefused() {
    Framing none = new Framing.AsIs();
    assertRefused(
        "Expected images of 28 x 28 pixels, since no crop or resize is configured, found 30 x 28",
        () -> none.frame(Fixtures.pattern(30, 28, 1, 0), 28, random(0)));
  }

  @Test
  void floatsAreThoseOfToTensorAndNormalize() {
    Pixels image = new Pixels(Fixtures.resource("pillow/imagenet_norm.in.u8"), 32, 32, 3);
    ImageFormat format =
        new ImageFormat(
            32, 3, new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});
    float[] out = new float[format.floats()];
    new FloatWriter(format, Augmentation.none()).write(image, random(0), out, 0);
    float[] expected = new float[out.length];
    ByteBuffer.wrap(Fixtures.resource("pillow/imagenet_norm.out.f32"))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(expected);
    for (int i = 0; i < out.length; i++) {
      assertEquals(expected[i], out[i], 4e-7f * Math.max(1, Math.abs(expected[i])));
    }
  }

  @Test
  void aFlipExchangesLeftAndRightHalfOfTheTime() {
    ImageFormat format = new ImageFormat(4, 1, new float[] {0}, new float[] {1 / 255f});
    FloatWriter writer = new FloatWriter(format, Augmentation.flips());
    float[] out = new float[16];
    int flipped = 0;
    for (int i = 0; i < 4_000; i++) {
      writer.write(Fixtures.pattern(4, 4, 1, 0), random(i), out, 0);
      float[] row = Arrays.copyOfRange(out, 4, 8);
      boolean mirrored = Math.round(row[0]) == 13;
      assertArrayEquals(
          mirrored ? new float[] {13, 12, 11, 10} : new float[] {10, 11, 12, 13}, row, 1e-4f);
      flipped += mirrored ? 1 : 0;
    }
    assertEquals(2_000, flipped, 5 * Math.sqrt(1_000));
  }
}
