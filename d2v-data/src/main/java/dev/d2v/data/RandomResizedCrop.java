package dev.d2v.data;

import dev.d2v.tensor.random.RandomStream;

/// A random rectangle, resized (bicubic, anti-aliased, 8 bits) to the square.
///
/// Up to ten tries, over an image of area A = W H:
///
/// ```
/// area ~ U(scaleMin, scaleMax) A,   log r ~ U(log ratioMin, log ratioMax)
/// w = round(sqrt(area r)),  h = round(sqrt(area / r));  taken if w <= W and h <= H,
/// left ~ U{0..W-w},  top ~ U{0..H-h}
/// ```
///
/// Otherwise the centre, as large as the ratios allow. Rounds half to even, as the original.
///
/// @param scaleMin least share of the area, in (0,1]
/// @param scaleMax largest share of the area, in [scaleMin,1]
/// @param ratioMin least width / height
/// @param ratioMax largest width / height
public record RandomResizedCrop(double scaleMin, double scaleMax, double ratioMin, double ratioMax)
    implements Framing {
  private static final int TRIES = 10;

  /// Checks the ranges.
  public RandomResizedCrop {
    if (!(scaleMin > 0 && scaleMin <= scaleMax && scaleMax <= 1)) {
      throw new IllegalArgumentException(
          "expected 0 < scaleMin <= scaleMax <= 1, got %s and %s".formatted(scaleMin, scaleMax));
    }
    if (!(ratioMin > 0 && ratioMin <= ratioMax && ratioMax < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "expected 0 < ratioMin <= ratioMax, got %s and %s".formatted(ratioMin, ratioMax));
    }
  }

  /// The usual ratios, 3/4 to 4/3, and the whole area at most.
  public static RandomResizedCrop ofScale(double scaleMin) {
    return new RandomResizedCrop(scaleMin, 1, 3 / 4.0, 4 / 3.0);
  }

  @Override
  public Pixels frame(Pixels image, int size, RandomStream random) {
    Box box = draw(image.width(), image.height(), random);
    return Resize.resize(image, box, size, size, Resize.Filter.BICUBIC);
  }

  /// The rectangle for an image of `width` x `height`.
  public Box draw(int width, int height, RandomStream random) {
    double area = (double) width * height;
    double logMin = Math.log(ratioMin);
    double logMax = Math.log(ratioMax);
    for (int i = 0; i < TRIES; i++) {
      double target = area * (scaleMin + (scaleMax - scaleMin) * random.nextDouble());
      double ratio = Math.exp(logMin + (logMax - logMin) * random.nextDouble());
      int w = (int) Math.rint(Math.sqrt(target * ratio));
      int h = (int) Math.rint(Math.sqrt(target / ratio));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        int top = random.nextInt(height - h + 1);
        int left = random.nextInt(width - w + 1);
        return new Box(left, top, w, h);
      }
    }
    return centre(width, height);
  }

  private Box centre(int width, int height) {
    double ratio = (double) width / height;
    int w = width;
    int h = height;
    if (ratio < ratioMin) {
      h = Math.clamp((int) Math.rint(w / ratioMin), 1, height);
    } else if (ratio > ratioMax) {
      w = Math.clamp((int) Math.rint(h * ratioMax), 1, width);
    }
    return new Box((width - w) / 2, (height - h) / 2, w, h);
  }
}
