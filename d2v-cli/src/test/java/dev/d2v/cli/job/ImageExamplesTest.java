package dev.d2v.cli.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.d2v.data.ImageFormat;
import dev.d2v.data.eval.Features;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ImageExamplesTest {
  @Test
  void smallImagesAreComparedPixelByPixel() {
    float[] pixels = new float[2 * 28 * 28];
    Features baseline = new ImageExamples(pixels, new int[2], format(28, 1)).baseline();
    assertSame(pixels, baseline.values());
    assertEquals(28 * 28, baseline.width());
  }

  /// 130 pixels a side are averaged three by three; the last one is left out.
  @Test
  void largeImagesAreComparedByAveragesOverSquares() {
    int size = 130;
    float[] pixels = new float[2 * 3 * size * size];
    for (int plane = 0; plane < 6; plane++) {
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          pixels[(plane * size + y) * size + x] = 10_000 * plane + 100 * (y / 3) + x / 3 + x % 3;
        }
      }
    }
    Features baseline = new ImageExamples(pixels, new int[2], format(size, 3)).baseline();
    assertEquals(3 * 43 * 43, baseline.width());
    float[] expected = new float[2 * 3 * 43 * 43];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = 10_000 * (i / (43 * 43)) + 100 * (i / 43 % 43) + i % 43 + 1;
    }
    assertArrayEquals(expected, baseline.values(), 0.1f);
  }

  private static ImageFormat format(int size, int channels) {
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    return new ImageFormat(size, channels, new float[channels], ones);
  }
}
