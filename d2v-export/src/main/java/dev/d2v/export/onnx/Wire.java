package dev.d2v.export.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// A message in the wire format of Protocol Buffers: fields one behind the other, each a key
/// `number << 3 | kind` and its value. Kinds are 0, a varint (7 bits a byte, lowest first, the high
/// bit set on all but the last), 2, bytes behind their length, and 5, 4 bytes.
final class Wire {
  private static final int VARINT = 0;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// A whole number or an enum.
  Wire number(int field, long value) {
    key(field, VARINT);
    varint(value);
    return this;
  }

  /// A float.
  Wire real(int field, float value) {
    key(field, FIXED32);
    int bits = Float.floatToRawIntBits(value);
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(bits >>> shift);
    }
    return this;
  }

  /// A string.
  Wire text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /// A message within this one.
  Wire message(int field, Wire value) {
    return bytes(field, value.toBytes());
  }

  /// Bytes.
  Wire bytes(int field, byte[] value) {
    lengthOnly(field, value.length);
    out.writeBytes(value);
    return this;
  }

  /// The key and the length of bytes that somebody else writes behind this.
  Wire lengthOnly(int field, long length) {
    key(field, LENGTH);
    varint(length);
    return this;
  }

  /// Bytes of fields that are encoded already.
  Wire raw(byte[] fields) {
    out.writeBytes(fields);
    return this;
  }

  private void key(int field, int kind) {
    varint(((long) field << 3) | kind);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /// Bytes so far.
  int size() {
    return out.size();
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}
