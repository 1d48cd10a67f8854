package dev.d2v.tensor;

/// Element types. All CPU training is F32; the others exist for tokens, stored weights and devices,
/// and a kernel says which it takes.
public enum DType {
  /// 32-bit IEEE float.
  F32(4),
  /// bfloat16: the upper half of an F32.
  BF16(2),
  /// 16-bit IEEE float.
  F16(2),
  /// 32-bit signed integer: indices, tokens, labels.
  I32(4),
  /// 8-bit signed integer: quantised weights.
  I8(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /// Bytes of one element.
  public int bytes() {
    return bytes;
  }
}
