package dev.d2v.export.onnx;

/// The types of elements that exported graphs have, with their numbers in `TensorProto.DataType`.
public enum OnnxType {
  /// 32-bit floats.
  FLOAT(1, 4),
  /// Bytes from 0 to 255.
  UINT8(2, 1),
  /// Bytes from -128 to 127.
  INT8(3, 1),
  /// 32-bit whole numbers.
  INT32(6, 4),
  /// 64-bit whole numbers.
  INT64(7, 8),
  /// Truth values.
  BOOL(9, 1);

  private final int number;
  private final int bytes;

  OnnxType(int number, int bytes) {
    this.number = number;
    this.bytes = bytes;
  }

  int number() {
    return number;
  }

  /// Bytes of an element.
  public int bytes() {
    return bytes;
  }
}
