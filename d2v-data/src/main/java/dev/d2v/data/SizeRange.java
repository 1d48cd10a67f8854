package dev.d2v.data;

/// The smallest and largest width and height in a data set, in pixels.
public record SizeRange(int minWidth, int maxWidth, int minHeight, int maxHeight) {
  /// The range of one image.
  public static SizeRange of(int width, int height) {
    return new SizeRange(width, width, height, height);
  }

  /// The range that covers this one and another.
  public SizeRange and(SizeRange other) {
    return new SizeRange(
        Math.min(minWidth, other.minWidth),
        Math.max(maxWidth, other.maxWidth),
        Math.min(minHeight, other.minHeight),
        Math.max(maxHeight, other.maxHeight));
  }

  /// Whether all images have one size.
  public boolean uniform() {
    return minWidth == maxWidth && minHeight == maxHeight;
  }

  /// Whether all images are `size` x `size`.
  public boolean isSquareOf(int size) {
    return uniform() && minWidth == size && minHeight == size;
  }

  @Override
  public String toString() {
    return uniform()
        ? minWidth + " x " + minHeight
        : "%d x %d to %d x %d".formatted(minWidth, minHeight, maxWidth, maxHeight);
  }
}
