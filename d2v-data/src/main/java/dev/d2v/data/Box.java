package dev.d2v.data;

/// A rectangle of whole pixels.
///
/// @param left first column
/// @param top first row
/// @param width columns
/// @param height rows
public record Box(int left, int top, int width, int height) {
  /// Checks that the rectangle holds at least one pixel and begins at or after the origin.
  public Box {
    if (left < 0 || top < 0 || width <= 0 || height <= 0) {
      throw new IllegalArgumentException(
          "a box begins at or after (0, 0) and holds pixels, got %d x %d at (%d, %d)"
              .formatted(width, height, left, top));
    }
  }

  /// First column after the box.
  public int right() {
    return left + width;
  }

  /// First row after the box.
  public int bottom() {
    return top + height;
  }
}
