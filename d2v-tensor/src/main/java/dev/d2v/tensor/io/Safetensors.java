package dev.d2v.tensor.io;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Named tensors in a file: 8 bytes of header length (little-endian), a JSON header, the numbers.
///
/// ```java
/// try (var weights = Safetensors.open(Path.of("model.safetensors"))) {
///   for (String name : weights.names()) { weights.read(name, parameters.get(name), backend); }
/// }
/// Safetensors.write(path, Map.of("format", "d2v"), List.of(Item.of("w", Shape.of(2), 1f, 2f)));
/// ```
///
/// Opening checks the whole header against the length of the file before anything of the size it
/// claims is allocated: the header's length, types, shapes, that a tensor's bytes are its shape
/// times its type, and that the tensors cover the data without overlap or hole. What is wrong ends
/// in a [FormatException]. The file is mapped, so it must not shrink while open. Reading is safe
/// from several threads.
public final class Safetensors implements AutoCloseable {
  private static final int CHUNK = 1 << 18;

  private final MappedFile file;
  private final SafetensorsHeader header;

  private Safetensors(MappedFile file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
  }

  /// One tensor of a file.
  ///
  /// @param name its name
  /// @param dtype its type as written in the file: F32, I64, ...
  /// @param shape its extents
  /// @param begin byte in the file at which its numbers begin
  /// @param end byte behind them
  public record Entry(String name, String dtype, Shape shape, long begin, long end) {}

  /// One tensor to write.
  ///
  /// @param name a name that no other has
  /// @param type F32 or I32
  /// @param shape its extents
  /// @param values gives its numbers when their turn comes
  public record Item(String name, DType type, Shape shape, Values values) {
    /// Numbers at hand.
    public static Item of(String name, Shape shape, float... values) {
      return new Item(name, DType.F32, shape, sink -> sink.put(values, 0, values.length));
    }

    /// Numbers at hand.
    public static Item of(String name, Shape shape, int... values) {
      return new Item(name, DType.I32, shape, sink -> sink.put(values, 0, values.length));
    }

    /// A tensor's content, downloaded piece by piece while the file is written.
    public static Item of(String name, Tensor tensor, Backend backend) {
      return new Item(
          name,
          tensor.type(),
          tensor.shape(),
          sink -> SafetensorsWriter.put(sink, tensor, backend));
    }
  }

  /// Writes a tensor's numbers, row-major, in as many pieces as it likes.
  @FunctionalInterface
  public interface Values {
    /// Puts exactly as many numbers as the shape says.
    void writeTo(NumberSink sink) throws IOException;
  }

  /// Opens and checks a file.
  public static Safetensors open(Path path) throws IOException {
    // Shared, so that other threads than the one that opened a file may read it.
    MappedFile file = MappedFile.open(path, Arena.ofShared(), 8, "safetensors");
    try {
      return new Safetensors(file, SafetensorsHeader.read(file));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// Writes a file, through a temporary one beside it that is renamed when all is on the disk: the
  /// name stands for the old content or the new, whole.
  public static void write(Path path, Map<String, String> metadata, List<Item> items)
      throws IOException {
    SafetensorsWriter.write(path, metadata, items);
  }

  /// Names of all tensors, in the order of the header.
  public List<String> names() {
    return List.copyOf(header.entries().keySet());
  }

  /// The free-form strings of the header's `__metadata__`.
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /// What the header says of a tensor.
  public Entry entry(String name) {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "%s has no tensor '%s'; it has %s".formatted(file.file(), name, names()));
    }
    return entry;
  }

  /// The numbers of an F32, F64, F16 or BF16 tensor; F64 is rounded.
  public float[] floats(String name) {
    Entry entry = entry(name);
    float[] out = new float[arrayLength(entry)];
    floats(entry, 0, out, out.length);
    return out;
  }

  /// The numbers of an I32, I64, I16, I8, U8, U16 or BOOL tensor; an I64 that an int can't hold is
  /// a [FormatException].
  public int[] ints(String name) {
    Entry entry = entry(name);
    int[] out = new int[arrayLength(entry)];
    ints(entry, 0, out, out.length);
    return out;
  }

  /// Copies a tensor of the file into an F32 or I32 tensor of as many elements, in pieces. Shapes
  /// may differ otherwise: a file's (1,T,C) is read into a (T,C).
  public void read(String name, Tensor target, Backend backend) {
    Entry entry = entry(name);
    if (entry.shape().size() != target.size()
        || (target.type() != DType.F32 && target.type() != DType.I32)) {
      throw new IllegalArgumentException(
          "%s: '%s' is %s %s and cannot be read into a tensor of %s"
              .formatted(file.file(), name, entry.dtype(), entry.shape(), target));
    }
    Tensor flat = target.reshape(target.shape().intSize());
    int size = target.shape().intSize();
    for (int from = 0; from < size; from += CHUNK) {
      int count = Math.min(CHUNK, size - from);
      Tensor piece = flat.slice(from, from + count);
      if (target.type() == DType.F32) {
        float[] host = new float[count];
        floats(entry, from, host, count);
        backend.upload(piece, host);
      } else {
        int[] host = new int[count];
        ints(entry, from, host, count);
        backend.upload(piece, host);
      }
    }
  }

  private int arrayLength(Entry entry) {
    if (entry.shape().size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "%s: '%s' has shape %s, more than an array holds"
              .formatted(file.file(), entry.name(), entry.shape()));
    }
    return entry.shape().intSize();
  }

  private void floats(Entry entry, long from, float[] out, int count) {
    MemorySegment bytes = file.bytes();
    switch (entry.dtype()) {
      case "F32" ->
          MemorySegment.copy(bytes, MappedFile.FLOAT, entry.begin() + 4 * from, out, 0, count);
      case "F64" -> {
        for (int i = 0; i < count; i++) {
          out[i] = (float) bytes.get(MappedFile.DOUBLE, entry.begin() + 8 * (from + i));
        }
      }
      case "F16" -> {
        for (int i = 0; i < count; i++) {
          out[i] =
              Float.float16ToFloat(bytes.get(MappedFile.SHORT, entry.begin() + 2 * (from + i)));
        }
      }
      case "BF16" -> {
        for (int i = 0; i < count; i++) {
          short upper = bytes.get(MappedFile.SHORT, entry.begin() + 2 * (from + i));
          out[i] = Float.intBitsToFloat(upper << 16);
        }
      }
      default -> throw type(entry, "F32, F64, F16 or BF16");
    }
  }

  private void ints(Entry entry, long from, int[] out, int count) {
    MemorySegment bytes = file.bytes();
    long begin = entry.begin();
    switch (entry.dtype()) {
      case "I32" -> MemorySegment.copy(bytes, MappedFile.INT, begin + 4 * from, out, 0, count);
      case "I64" -> {
        for (int i = 0; i < count; i++) {
          long at = begin + 8 * (from + i);
          long value = bytes.get(MappedFile.LONG, at);
          if (value != (int) value) {
            throw new FormatException(
                file.file(), at, "'" + entry.name() + "' to hold integers of 32 bits", "" + value);
          }
          out[i] = (int) value;
        }
      }
      case "I16", "U16" -> {
        int mask = entry.dtype().equals("U16") ? 0xffff : -1;
        for (int i = 0; i < count; i++) {
          out[i] = bytes.get(MappedFile.SHORT, begin + 2 * (from + i)) & mask;
        }
      }
      case "I8", "U8", "BOOL" -> {
        int mask = entry.dtype().equals("I8") ? -1 : 0xff;
        for (int i = 0; i < count; i++) {
          out[i] = bytes.get(ValueLayout.JAVA_BYTE, begin + from + i) & mask;
          if (entry.dtype().equals("BOOL") && out[i] > 1) {
            throw new FormatException(file.file(), begin + from + i, "a BOOL, 0 or 1", "" + out[i]);
          }
        }
      }
      default -> throw type(entry, "I32, I64, I16, U16, I8, U8 or BOOL");
    }
  }

  private FormatException type(Entry entry, String expected) {
    return new FormatException(
        file.file(), entry.begin(), "'" + entry.name() + "' to be " + expected, entry.dtype());
  }

  /// Ends the mapping.
  @Override
  public void close() {
    file.close();
  }
}
