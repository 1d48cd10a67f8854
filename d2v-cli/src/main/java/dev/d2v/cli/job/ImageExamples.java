package dev.d2v.cli.job;

import dev.d2v.cli.report.Exhibit;
import dev.d2v.cli.report.Picture;
import dev.d2v.data.ImageFormat;
import dev.d2v.data.eval.Features;
import dev.d2v.model.train.FeatureReader;

/// Images in order.
///
/// @param pixels (count,C,H,W)
/// @param labels class of each, or -1
/// @param format size, channels, mean and deviation
record ImageExamples(float[] pixels, int[] labels, ImageFormat format) implements Examples {
  /// The largest side of an image that is compared pixel by pixel. A probe on the 150,528 numbers
  /// of one of 224 x 224 would take gigabytes.
  private static final int BASELINE_SIDE = 64;

  @Override
  public int count() {
    return labels.length;
  }

  @Override
  public float[][] read(FeatureReader reader) {
    return reader.read(pixels, count());
  }

  /// The pixels, or with larger images their averages over squares.
  @Override
  public Features baseline() {
    int each = Math.ceilDiv(format.size(), BASELINE_SIDE);
    int side = format.size() / each;
    if (each == 1) {
      return new Features(pixels, count(), format.floats());
    }
    float[] small = new float[Math.multiplyExact(count() * format.channels(), side * side)];
    for (int plane = 0; plane < count() * format.channels(); plane++) {
      averages(small, plane * side * side, side, plane * format.size() * format.size(), each);
    }
    return new Features(small, count(), format.channels() * side * side);
  }

  /// A channel of an image, from `from` on, averaged over squares of `each` pixels a side.
  private void averages(float[] to, int at, int side, int from, int each) {
    for (int y = 0; y < side * each; y++) {
      for (int x = 0; x < side * each; x++) {
        to[at + y / each * side + x / each] += pixels[from + y * format.size() + x] / (each * each);
      }
    }
  }

  @Override
  public Examples few(int limit) {
    int[] chosen = Examples.spread(count(), limit);
    int each = format.floats();
    float[] some = new float[chosen.length * each];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(pixels, chosen[i] * each, some, i * each, each);
    }
    return new ImageExamples(some, Examples.pick(labels, chosen), format);
  }

  @Override
  public int length(int i) {
    return format.floats();
  }

  /// The image brought back to 0..255.
  @Override
  public Exhibit exhibit(int i) {
    int size = format.size();
    int channels = format.channels();
    int plane = size * size;
    byte[] out = new byte[plane * channels];
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < plane; p++) {
        float x = pixels[(i * channels + c) * plane + p];
        float grey = (x * format.std()[c] + format.mean()[c]) * 255;
        out[p * channels + c] = (byte) Math.clamp(Math.round(grey), 0, 255);
      }
    }
    return new Exhibit.Image(new Picture(size, size, channels, out));
  }
}
