package dev.d2v.tensor.io;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The numbers of one tensor in memory that has been checked to hold them, converted as they are
/// read. They lie one behind the other, or `strides` elements apart.
final class Elements {
  private static final int CHUNK = 1 << 18;

  private final TensorFile.Entry entry;
  private final MemorySegment bytes;
  private final long begin;
  private final int size;
  private final int elementBytes;
  private final long @Nullable [] strides;

  /// @param bytes what was read or mapped of the file
  /// @param begin byte of `bytes` at which the first element lies
  /// @param strides elements between neighbours along each axis; null: row-major
  Elements(TensorFile.Entry entry, MemorySegment bytes, long begin, long @Nullable [] strides) {
    if (entry.shape().size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "%s: '%s' has shape %s, more than an array holds"
              .formatted(entry.file(), entry.name(), entry.shape()));
    }
    this.entry = entry;
    this.bytes = bytes;
    this.begin = begin;
    this.size = entry.shape().intSize();
    this.elementBytes = bytesOf(entry.dtype());
    this.strides = strides;
  }

  /// Bytes of one element; 0 when there is no such type.
  static int bytesOf(String dtype) {
    return switch (dtype) {
      case "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3" -> 1;
      case "U16", "I16", "F16", "BF16" -> 2;
      case "U32", "I32", "F32" -> 4;
      case "U64", "I64", "F64", "C64" -> 8;
      case "C128" -> 16;
      default -> 0;
    };
  }

  float[] floats() {
    float[] out = new float[size];
    floats(0, out, size);
    return out;
  }

  int[] ints() {
    int[] out = new int[size];
    ints(0, out, size);
    return out;
  }

  void read(Tensor target, Backend backend) {
    TensorFile.checkTarget(entry, target);
    Tensor flat = target.reshape(size);
    boolean asItIs = strides == null && entry.dtype().equals(target.type().name());
    if (asItIs && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      backend.upload(flat, bytes.asSlice(begin, target.bytes()));
      return;
    }
    for (int from = 0; from < size; from += CHUNK) {
      int count = Math.min(CHUNK, size - from);
      Tensor piece = flat.slice(from, from + count);
      switch (target.type()) {
        case F32 -> backend.upload(piece, floats(from, count));
        case BF16 -> backend.upload(piece, Narrowing.bf16(floats(from, count)));
        case I8 -> backend.upload(piece, bytes(from, count));
        case I32, F16 -> {
          int[] host = new int[count];
          ints(from, host, count);
          backend.upload(piece, host);
        }
      }
    }
  }

  /// The numbers where they lie: a plain segment at their address.
  Optional<Tensor> inPlace() {
    boolean plain = strides == null && bytes.isMapped() && size > 0;
    Optional<DType> type =
        Arrays.stream(DType.values()).filter(t -> t.name().equals(entry.dtype())).findFirst();
    if (!plain || type.isEmpty() || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      return Optional.empty();
    }
    MemorySegment there = bytes.asSlice(begin, (long) elementBytes * size);
    if (there.address() % elementBytes != 0) {
      return Optional.empty();
    }
    MemorySegment data = MemorySegment.ofAddress(there.address()).reinterpret(there.byteSize());
    return Optional.of(new Tensor(data, entry.shape(), type.get()));
  }

  private float[] floats(int from, int count) {
    float[] host = new float[count];
    floats(from, host, count);
    return host;
  }

  /// I8 numbers.
  private byte[] bytes(int from, int count) {
    byte[] host = new byte[count];
    for (int i = 0; i < count; i++) {
      host[i] = bytes.get(ValueLayout.JAVA_BYTE, at(from + i));
    }
    return host;
  }

  private void floats(int from, float[] out, int count) {
    switch (entry.dtype()) {
      case "F32" -> {
        if (strides == null) {
          MemorySegment.copy(bytes, MappedFile.FLOAT, begin + 4L * from, out, 0, count);
        } else {
          for (int i = 0; i < count; i++) {
            out[i] = bytes.get(MappedFile.FLOAT, at(from + i));
          }
        }
      }
      case "F64" -> {
        for (int i = 0; i < count; i++) {
          out[i] = (float) bytes.get(MappedFile.DOUBLE, at(from + i));
        }
      }
      case "F16" -> {
        short[] bits = shorts(from, count);
        for (int i = 0; i < count; i++) {
          out[i] = Float.float16ToFloat(bits[i]);
        }
      }
      case "BF16" -> {
        short[] bits = shorts(from, count);
        for (int i = 0; i < count; i++) {
          out[i] = Float.intBitsToFloat(bits[i] << 16);
        }
      }
      case "I64", "I32", "I16", "U16", "I8", "U8", "BOOL" -> {
        for (int i = 0; i < count; i++) {
          out[i] = whole(at(from + i));
        }
      }
      default -> throw type("F64, F32, F16, BF16, I64, I32, I16, U16, I8, U8 or BOOL");
    }
  }

  /// Numbers of 16 bits: from an array they are converted several at a time.
  private short[] shorts(int from, int count) {
    short[] bits = new short[count];
    if (strides == null) {
      MemorySegment.copy(bytes, MappedFile.SHORT, begin + 2L * from, bits, 0, count);
    } else {
      for (int i = 0; i < count; i++) {
        bits[i] = bytes.get(MappedFile.SHORT, at(from + i));
      }
    }
    return bits;
  }

  private void ints(int from, int[] out, int count) {
    switch (entry.dtype()) {
      case "I64" -> {
        for (int i = 0; i < count; i++) {
          long at = at(from + i);
          long value = whole(at);
          if (value != (int) value) {
            throw new FormatException(
                entry.file(),
                offset(at),
                "'" + entry.name() + "' to hold integers of 32 bits",
                "" + value);
          }
          out[i] = (int) value;
        }
      }
      case "I32", "I16", "U16", "I8", "U8", "BOOL" -> {
        if (strides == null && entry.dtype().equals("I32")) {
          MemorySegment.copy(bytes, MappedFile.INT, begin + 4L * from, out, 0, count);
        } else {
          for (int i = 0; i < count; i++) {
            out[i] = (int) whole(at(from + i));
          }
        }
      }
      default -> throw type("I32, I64, I16, U16, I8, U8 or BOOL");
    }
  }

  private long whole(long at) {
    return switch (entry.dtype()) {
      case "I64" -> bytes.get(MappedFile.LONG, at);
      case "I32" -> bytes.get(MappedFile.INT, at);
      case "I16" -> bytes.get(MappedFile.SHORT, at);
      case "U16" -> bytes.get(MappedFile.SHORT, at) & 0xffff;
      case "I8" -> bytes.get(ValueLayout.JAVA_BYTE, at);
      case "U8" -> bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff;
      default -> {
        int value = bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff;
        if (value > 1) {
          throw new FormatException(entry.file(), offset(at), "a BOOL, 0 or 1", "" + value);
        }
        yield value;
      }
    };
  }

  /// Byte of the element at row-major position `i`.
  private long at(long i) {
    if (strides == null) {
      return begin + elementBytes * i;
    }
    Shape shape = entry.shape();
    long element = 0;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      int dim = shape.dim(axis);
      element += i % dim * strides[axis];
      i /= dim;
    }
    return begin + elementBytes * element;
  }

  private long offset(long at) {
    return entry.begin() + at - begin;
  }

  private FormatException type(String expected) {
    return new FormatException(
        entry.file(), entry.begin(), "'" + entry.name() + "' to be " + expected, entry.dtype());
  }
}
