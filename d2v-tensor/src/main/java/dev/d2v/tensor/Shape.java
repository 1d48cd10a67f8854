package dev.d2v.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/// The extents of a tensor, slowest axis first. Immutable.
public final class Shape {
  private final int[] dims;
  private final long size;

  private Shape(int[] dims) {
    this.dims = dims;
    long product = 1;
    for (int d : dims) {
      if (d < 0) {
        throw new IllegalArgumentException(
            "a shape has no negative extent, got " + Arrays.toString(dims));
      }
      product = Math.multiplyExact(product, (long) d);
    }
    this.size = product;
  }

  /// A shape of the given extents; none gives a scalar of size 1.
  public static Shape of(int... dims) {
    return new Shape(dims.clone());
  }

  /// Number of axes.
  public int rank() {
    return dims.length;
  }

  /// Extent of an axis; negative counts from the last, so `dim(-1)` is the fastest axis.
  public int dim(int axis) {
    int i = axis < 0 ? axis + dims.length : axis;
    if (i < 0 || i >= dims.length) {
      throw new IndexOutOfBoundsException("axis " + axis + " of shape " + this);
    }
    return dims[i];
  }

  /// Number of elements.
  public long size() {
    return size;
  }

  /// Number of elements as an int, for loops; fails when it does not fit.
  public int intSize() {
    return Math.toIntExact(size);
  }

  /// Number of rows when the last axis is taken as the row: `size / dim(-1)`.
  public int rows() {
    if (dims.length == 0) {
      return 1;
    }
    int last = dims[dims.length - 1];
    return last == 0 ? 0 : Math.toIntExact(size / last);
  }

  /// A copy of the extents.
  public int[] toArray() {
    return dims.clone();
  }

  /// This shape with its first extent replaced.
  public Shape withFirst(int first) {
    int[] copy = dims.clone();
    copy[0] = first;
    return new Shape(copy);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape other && Arrays.equals(dims, other.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /// As `(8,50,128)`.
  @Override
  public String toString() {
    return Arrays.stream(dims).mapToObj(String::valueOf).collect(Collectors.joining(",", "(", ")"));
  }
}
