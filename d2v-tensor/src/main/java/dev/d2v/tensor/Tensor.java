package dev.d2v.tensor;

import java.lang.foreign.MemorySegment;

/// A view of memory with a shape and a type: contiguous, row-major. It owns nothing and has nothing
/// to close; the memory belongs to a [Workspace], a [ParameterMemory] or a backend's block.
///
/// Device memory is the same record over a zero-length segment at the device address: a read from
/// Java throws instead of crashing.
///
/// @param data a plain native segment, or a zero-length one for memory that the host cannot read
/// @param shape the extents
/// @param type the element type
public record Tensor(MemorySegment data, Shape shape, DType type) {
  /// Checks that the segment is native, unmapped, and as long as the shape says (or of length
  /// zero).
  public Tensor {
    if (!data.isNative() || data.isMapped()) {
      throw new IllegalArgumentException(
          "a tensor needs plain native memory, got a "
              + (data.isMapped() ? "memory-mapped" : "heap")
              + " segment: copy it into ParameterMemory or a Workspace first (one kernel fed with two kinds of"
              + " segment runs about three times slower)");
    }
    long bytes = shape.size() * type.bytes();
    if (data.byteSize() != 0 && data.byteSize() != bytes) {
      throw new IllegalArgumentException(
          "a tensor of shape %s and type %s needs %d bytes, the segment has %d"
              .formatted(shape, type, bytes, data.byteSize()));
    }
  }

  /// Number of elements.
  public long size() {
    return shape.size();
  }

  /// Number of bytes.
  public long bytes() {
    return shape.size() * type.bytes();
  }

  /// True when the memory can't be read from Java: a device's, or a plan's.
  public boolean opaque() {
    return data.byteSize() == 0 && shape.size() != 0;
  }

  /// The same elements under another shape of equal size.
  public Tensor reshape(int... dims) {
    Shape other = Shape.of(dims);
    if (other.size() != shape.size()) {
      throw new IllegalArgumentException("cannot view shape " + shape + " as " + other);
    }
    return new Tensor(data, other, type);
  }

  /// Entries `from` (inclusive) to `to` (exclusive) of the first axis: the only kind of sub-view
  /// there is.
  public Tensor slice(int from, int to) {
    if (from < 0 || to < from || to > shape.dim(0)) {
      throw new IndexOutOfBoundsException("entries " + from + " to " + to + " of shape " + shape);
    }
    long stride = shape.dim(0) == 0 ? 0 : shape.size() / shape.dim(0) * type.bytes();
    Shape part = shape.withFirst(to - from);
    if (opaque()) {
      return new Tensor(MemorySegment.ofAddress(data.address() + from * stride), part, type);
    }
    return new Tensor(data.asSlice(from * stride, part.size() * type.bytes()), part, type);
  }

  /// As `F32 (8,50,128)`.
  @Override
  public String toString() {
    return type + " " + shape;
  }
}
