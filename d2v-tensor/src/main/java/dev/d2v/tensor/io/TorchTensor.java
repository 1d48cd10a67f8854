package dev.d2v.tensor.io;

import dev.d2v.tensor.Shape;

/// A tensor in a PyTorch file: a view of a storage that others may share. Equal to itself alone.
public final class TorchTensor {
  private final Storage storage;
  private final long offset;
  private final Shape shape;
  private final long[] strides;

  /// Numbers of one type, one behind the other.
  ///
  /// @param key its name in the file
  /// @param dtype type of its elements
  /// @param skip elements of what is stored under the key that lie before it
  /// @param size how many there are
  record Storage(String key, String dtype, long skip, long size) {}

  TorchTensor(Storage storage, long offset, Shape shape, long[] strides) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /// Its element type as safetensors spells it.
  public String dtype() {
    return storage.dtype();
  }

  /// Its extents.
  public Shape shape() {
    return shape;
  }

  /// Elements between neighbours along each axis.
  public long[] strides() {
    return strides.clone();
  }

  /// Name of the storage; tensors with the same one share memory.
  public String storageKey() {
    return storage.key();
  }

  Storage storage() {
    return storage;
  }

  /// Elements of the storage before the first.
  long offset() {
    return offset;
  }

  /// Elements of the storage from the first to the last, both included.
  long span() {
    long last = 0;
    for (int axis = 0; axis < strides.length; axis++) {
      if (shape.dim(axis) == 0) {
        return 0;
      }
      last += (shape.dim(axis) - 1) * strides[axis];
    }
    return last + 1;
  }

  boolean contiguous() {
    long expected = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      if (shape.dim(axis) != 1 && strides[axis] != expected) {
        return shape.size() == 0;
      }
      expected *= shape.dim(axis);
    }
    return true;
  }
}
