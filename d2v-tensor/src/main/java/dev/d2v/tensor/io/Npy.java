package dev.d2v.tensor.io;

import dev.d2v.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// One array in a NumPy `.npy` file: F32 or I32, little-endian, C order, format versions 1.0, 2.0
/// and 3.0; written as 1.0. Anything else, and a file whose length is not what its shape says, is a
/// [FormatException].
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final String F32 = "<f4";
  private static final String I32 = "<i4";

  private Npy() {}

  /// An array of floats.
  ///
  /// @param shape its extents
  /// @param values its elements, row-major
  public record Floats(Shape shape, float[] values) {}

  /// An array of ints.
  ///
  /// @param shape its extents
  /// @param values its elements, row-major
  public record Ints(Shape shape, int[] values) {}

  /// Writes floats; the file appears, or replaces an old one, when it is whole.
  public static void write(Path path, Shape shape, float[] values) throws IOException {
    write(path, F32, shape, values.length, sink -> sink.put(values, 0, values.length));
  }

  /// Writes ints; the file appears, or replaces an old one, when it is whole.
  public static void write(Path path, Shape shape, int[] values) throws IOException {
    write(path, I32, shape, values.length, sink -> sink.put(values, 0, values.length));
  }

  /// Whether a file begins like one.
  public static boolean is(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    }
  }

  /// What a file says of its array, under the file's name; reads the header alone.
  public static TensorFile.Entry entry(Path path) throws IOException {
    try (MappedFile file = MappedFile.open(path, Arena.ofConfined(), 10, "npy")) {
      NpyHeader header = NpyHeader.read(file, MAGIC, List.of(F32, I32));
      return new TensorFile.Entry(
          String.valueOf(path.getFileName()),
          header.descr().equals(I32) ? "I32" : "F32",
          header.shape(),
          path,
          header.dataBegin(),
          file.size());
    }
  }

  /// Reads an array of F32.
  public static Floats floats(Path path) throws IOException {
    try (MappedFile file = MappedFile.open(path, Arena.ofConfined(), 10, "npy")) {
      NpyHeader header = NpyHeader.read(file, MAGIC, List.of(F32));
      float[] values = new float[header.shape().intSize()];
      MemorySegment.copy(
          file.bytes(), MappedFile.FLOAT, header.dataBegin(), values, 0, values.length);
      return new Floats(header.shape(), values);
    }
  }

  /// Reads an array of I32.
  public static Ints ints(Path path) throws IOException {
    try (MappedFile file = MappedFile.open(path, Arena.ofConfined(), 10, "npy")) {
      NpyHeader header = NpyHeader.read(file, MAGIC, List.of(I32));
      int[] values = new int[header.shape().intSize()];
      MemorySegment.copy(
          file.bytes(), MappedFile.INT, header.dataBegin(), values, 0, values.length);
      return new Ints(header.shape(), values);
    }
  }

  private static void write(
      Path path, String descr, Shape shape, int length, Safetensors.Values values)
      throws IOException {
    if (shape.size() != length) {
      throw new IllegalArgumentException(
          "npy: shape %s has %d elements, the array %d".formatted(shape, shape.size(), length));
    }
    byte[] header = header(descr, shape);
    ReplacedFile.write(
        path,
        channel -> {
          try (NumberSink sink = new NumberSink(channel)) {
            sink.put(header);
            values.writeTo(sink);
            sink.flush();
          }
        });
  }

  private static byte[] header(String descr, Shape shape) {
    StringBuilder dims = new StringBuilder();
    for (int i = 0; i < shape.rank(); i++) {
      dims.append(shape.dim(i)).append(shape.rank() == 1 ? "," : i + 1 < shape.rank() ? ", " : "");
    }
    String text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(descr, dims);
    int total = (10 + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer bytes = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - 10));
    bytes.put(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.remaining() > 1) {
      bytes.put((byte) ' ');
    }
    return bytes.put((byte) '\n').array();
  }
}
