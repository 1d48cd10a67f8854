package dev.d2v.tensor.io;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
public final class Safetensors implements TensorFile {
  private final MappedFile file;
  private final SafetensorsHeader header;

  private Safetensors(MappedFile file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
  }

  /// One tensor to write.
  ///
  /// @param name a name that no other has
  /// @param type F32, I32, BF16 or I8
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

  @Override
  public Path path() {
    return file.file();
  }

  @Override
  public List<String> names() {
    return List.copyOf(header.entries().keySet());
  }

  @Override
  public boolean has(String name) {
    return header.entries().containsKey(name);
  }

  /// The free-form strings of the header's `__metadata__`.
  @Override
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public Entry entry(String name) {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "%s has no tensor '%s'; it has %s".formatted(file.file(), name, names()));
    }
    return entry;
  }

  @Override
  public float[] floats(String name) {
    return elements(name).floats();
  }

  @Override
  public int[] ints(String name) {
    return elements(name).ints();
  }

  @Override
  public void read(String name, Tensor target, Backend backend) {
    elements(name).read(target, backend);
  }

  @Override
  public Optional<Tensor> inPlace(String name) {
    return elements(name).inPlace();
  }

  private Elements elements(String name) {
    Entry entry = entry(name);
    return new Elements(entry, file.bytes(), entry.begin(), null);
  }

  @Override
  public void close() {
    file.close();
  }
}
