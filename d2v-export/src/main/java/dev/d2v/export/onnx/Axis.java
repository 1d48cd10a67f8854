package dev.d2v.export.onnx;

/// An axis of an input or output.
public sealed interface Axis {
  /// Of this length.
  record Fixed(long length) implements Axis {}

  /// Of any length; equal names have equal lengths.
  record Free(String name) implements Axis {}

  /// Of this length.
  static Axis of(long length) {
    return new Fixed(length);
  }

  /// Of any length.
  static Axis of(String name) {
    return new Free(name);
  }
}
