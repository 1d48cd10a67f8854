package dev.d2v.data;

import java.util.Arrays;

/// Pillow's resampling of 8-bit images, equal to the last bit.
///
/// Bilinear and bicubic filters are widened by the factor of shrinking, so that every source pixel
/// counts (no aliasing). Weights are doubles, normalised to sum 1, then rounded to fixed point with
/// 22 fractional bits. The horizontal pass comes first and is rounded and clipped to 8 bits, then
/// the vertical pass; a pass that would change nothing is left out. For output pixel x over `n`
/// source pixels, `s = max(1, n/out)`:
///
/// ```
/// centre = (x + 0.5) n/out,   w_i = f((i + 0.5 - centre) / s),   |i + 0.5 - centre| < support * s
/// ```
public final class Resize {
  private static final int PRECISION_BITS = 22;
  private static final int HALF = 1 << (PRECISION_BITS - 1);

  private Resize() {}

  /// The interpolation.
  public enum Filter {
    /// The source pixel under the centre of the output pixel.
    NEAREST(0),
    /// `f(t) = 1 - |t|`, support 1.
    BILINEAR(1),
    /// Keys' cubic with a = -0.5, support 2.
    BICUBIC(2);

    private final double support;

    Filter(double support) {
      this.support = support;
    }

    private double weight(double signed) {
      double t = Math.abs(signed);
      if (this == BILINEAR) {
        return t < 1 ? 1 - t : 0;
      }
      double a = -0.5;
      if (t < 1) {
        return ((a + 2) * t - (a + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }
  }

  /// The image as `width` x `height`.
  public static Pixels resize(Pixels image, int width, int height, Filter filter) {
    if (width <= 0 || height <= 0) {
      throw new IllegalArgumentException(
          "an image can be resized to 1 x 1 or more, not to %d x %d".formatted(width, height));
    }
    if (width == image.width() && height == image.height()) {
      return image;
    }
    if (filter == Filter.NEAREST) {
      return nearest(image, width, height);
    }
    Pixels wide =
        width == image.width()
            ? image
            : horizontal(image, Weights.of(image.width(), width, filter), width);
    return height == image.height()
        ? wide
        : vertical(wide, Weights.of(image.height(), height, filter), height);
  }

  /// The part `box` of the image as `width` x `height`. Pixels outside of the box have no
  /// influence, as when cropping first.
  public static Pixels resize(Pixels image, Box box, int width, int height, Filter filter) {
    return resize(image.crop(box), width, height, filter);
  }

  private static Pixels nearest(Pixels image, int width, int height) {
    int channels = image.channels();
    int[] columns = nearestSources(image.width(), width);
    int[] rows = nearestSources(image.height(), height);
    byte[] out = new byte[width * height * channels];
    int o = 0;
    for (int row : rows) {
      for (int column : columns) {
        int from = (row * image.width() + column) * channels;
        for (int c = 0; c < channels; c++) {
          out[o++] = image.data()[from + c];
        }
      }
    }
    return new Pixels(out, width, height, channels);
  }

  private static int[] nearestSources(int in, int out) {
    int[] sources = new int[out];
    double step = (double) in / out;
    // Summed up, not multiplied: the rounding is Pillow's.
    double position = step * 0.5;
    for (int i = 0; i < out; i++) {
      sources[i] = Math.min((int) position, in - 1);
      position += step;
    }
    return sources;
  }

  /// For each output pixel its first source pixel, their number, and the weights from `i * taps`.
  private record Weights(int[] first, int[] count, int[] fixed, int taps) {
    static Weights of(int in, int out, Filter filter) {
      double scale = (double) in / out;
      double filterScale = Math.max(scale, 1);
      double support = filter.support * filterScale;
      int taps = (int) Math.ceil(support) * 2 + 1;
      int[] first = new int[out];
      int[] count = new int[out];
      int[] fixed = new int[out * taps];
      double[] w = new double[taps];
      for (int i = 0; i < out; i++) {
        double centre = (i + 0.5) * scale;
        int from = Math.max((int) (centre - support + 0.5), 0);
        int n = Math.min((int) (centre + support + 0.5), in) - from;
        double sum = 0;
        for (int k = 0; k < n; k++) {
          w[k] = filter.weight((k + from - centre + 0.5) * (1 / filterScale));
          sum += w[k];
        }
        for (int k = 0; k < n; k++) {
          double weight = sum == 0 ? w[k] : w[k] / sum;
          fixed[i * taps + k] = (int) ((weight < 0 ? -0.5 : 0.5) + weight * (1 << PRECISION_BITS));
        }
        first[i] = from;
        count[i] = n;
      }
      return new Weights(first, count, fixed, taps);
    }
  }

  private static Pixels horizontal(Pixels image, Weights weights, int width) {
    int channels = image.channels();
    byte[] in = image.data();
    byte[] out = new byte[width * image.height() * channels];
    for (int y = 0; y < image.height(); y++) {
      int row = y * image.width() * channels;
      int to = y * width * channels;
      for (int x = 0; x < width; x++) {
        int from = row + weights.first[x] * channels;
        int k0 = x * weights.taps;
        int n = weights.count[x];
        if (channels == 1) {
          int sum = HALF;
          for (int k = 0; k < n; k++) {
            sum += (in[from + k] & 0xff) * weights.fixed[k0 + k];
          }
          out[to + x] = clip(sum);
        } else {
          int r = HALF;
          int g = HALF;
          int b = HALF;
          for (int k = 0; k < n; k++) {
            int w = weights.fixed[k0 + k];
            r += (in[from + 3 * k] & 0xff) * w;
            g += (in[from + 3 * k + 1] & 0xff) * w;
            b += (in[from + 3 * k + 2] & 0xff) * w;
          }
          out[to + 3 * x] = clip(r);
          out[to + 3 * x + 1] = clip(g);
          out[to + 3 * x + 2] = clip(b);
        }
      }
    }
    return new Pixels(out, width, image.height(), channels);
  }

  private static Pixels vertical(Pixels image, Weights weights, int height) {
    int row = image.width() * image.channels();
    byte[] in = image.data();
    byte[] out = new byte[row * height];
    int[] sums = new int[row];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sums, HALF);
      for (int k = 0; k < weights.count[y]; k++) {
        int from = (weights.first[y] + k) * row;
        int w = weights.fixed[y * weights.taps + k];
        for (int i = 0; i < row; i++) {
          sums[i] += (in[from + i] & 0xff) * w;
        }
      }
      for (int i = 0; i < row; i++) {
        out[y * row + i] = clip(sums[i]);
      }
    }
    return new Pixels(out, image.width(), height, image.channels());
  }

  private static byte clip(int sum) {
    return (byte) Math.clamp(sum >> PRECISION_BITS, 0, 255);
  }
}
