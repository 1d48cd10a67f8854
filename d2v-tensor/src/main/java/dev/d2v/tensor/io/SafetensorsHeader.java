package dev.d2v.tensor.io;

import dev.d2v.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The header of a safetensors file, read and checked against the length of the file.
///
/// @param metadata its `__metadata__`
/// @param entries the tensors by name, in its order
record SafetensorsHeader(Map<String, String> metadata, Map<String, TensorFile.Entry> entries) {
  /// The name under which the header keeps strings instead of a tensor.
  static final String METADATA = "__metadata__";

  /// The longest header, in bytes; the format's own limit.
  static final long MAX_BYTES = 100_000_000;

  private static final int MAX_RANK = 32;
  private static final Set<String> KEYS = Set.of("dtype", "shape", "data_offsets");

  static SafetensorsHeader read(MappedFile file) {
    long length = file.bytes().get(MappedFile.LONG, 0);
    if (length < 2 || length > MAX_BYTES) {
      throw new FormatException(
          file.file(), 0, "a header length from 2 to " + MAX_BYTES, Long.toUnsignedString(length));
    }
    if (length > file.size() - 8) {
      throw new FormatException(
          file.file(),
          0,
          "a header length of at most " + (file.size() - 8) + ", what the file has left",
          "" + length);
    }
    byte[] text = file.copy(8, (int) length);
    if (text[0] != '{') {
      throw new FormatException(
          file.file(), 8, "'{', which begins the header", "byte 0x%02x".formatted(text[0]));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, TensorFile.Entry> entries = new LinkedHashMap<>();
    long dataBegin = 8 + length;
    for (var member :
        object(file.file(), "the header", JsonReader.read(file.file(), text, 8)).entrySet()) {
      String name = member.getKey();
      if (name.equals(METADATA)) {
        object(file.file(), METADATA, member.getValue())
            .forEach((key, value) -> metadata.put(key, string(file.file(), METADATA, value)));
      } else {
        entries.put(name, entry(file, dataBegin, name, member.getValue()));
      }
    }
    covers(file, dataBegin, entries);
    return new SafetensorsHeader(
        Collections.unmodifiableMap(metadata), Collections.unmodifiableMap(entries));
  }

  private static TensorFile.Entry entry(
      MappedFile file, long dataBegin, String name, Object value) {
    Path path = file.file();
    String what = "tensor '" + name + "'";
    Map<?, ?> members = object(path, what, value);
    if (!members.keySet().equals(KEYS)) {
      throw new FormatException(path, 8, what + " to have the keys " + KEYS, "" + members.keySet());
    }
    String dtype = string(path, what + ", dtype", members.get("dtype"));
    long bytes = bytesOf(path, what, dtype);
    List<Long> extents = longs(path, what + ", shape", members.get("shape"));
    if (extents.size() > MAX_RANK) {
      throw new FormatException(path, 8, what + " of rank at most 32", "rank " + extents.size());
    }
    int[] dims = new int[extents.size()];
    try {
      for (int i = 0; i < dims.length; i++) {
        dims[i] = Math.toIntExact(extents.get(i));
        bytes = Math.multiplyExact(bytes, dims[i]);
      }
    } catch (ArithmeticException e) {
      FormatException large =
          new FormatException(path, 8, what + " with a shape that can be addressed", "" + extents);
      large.initCause(e);
      throw large;
    }
    List<Long> offsets = longs(path, what + ", data_offsets", members.get("data_offsets"));
    long room = file.size() - dataBegin;
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1) || offsets.get(1) > room) {
      throw new FormatException(
          path,
          8,
          what + " with data_offsets [begin, end], 0 <= begin <= end <= " + room,
          "" + offsets);
    }
    if (offsets.get(1) - offsets.get(0) != bytes) {
      throw new FormatException(
          path,
          dataBegin + offsets.get(0),
          "%s, %s %s, to have %d bytes".formatted(what, dtype, extents, bytes),
          "data_offsets " + offsets);
    }
    // Shape multiplies extents in order, so a product may overflow although the whole, with a zero
    // behind, does not; the loop above has refused that too.
    return new TensorFile.Entry(
        name, dtype, Shape.of(dims), path, dataBegin + offsets.get(0), dataBegin + offsets.get(1));
  }

  private static void covers(
      MappedFile file, long dataBegin, Map<String, TensorFile.Entry> entries) {
    List<TensorFile.Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(
        Comparator.comparingLong(TensorFile.Entry::begin).thenComparingLong(TensorFile.Entry::end));
    long next = dataBegin;
    for (TensorFile.Entry entry : sorted) {
      if (entry.begin() != next) {
        throw new FormatException(
            file.file(),
            next,
            "tensors one behind the other, without overlap or hole",
            "tensor '" + entry.name() + "' at byte " + entry.begin());
      }
      next = entry.end();
    }
    if (next != file.size()) {
      throw new FormatException(
          file.file(), next, "the end of the file", (file.size() - next) + " bytes more");
    }
  }

  private static long bytesOf(Path path, String what, String dtype) {
    int bytes = Elements.bytesOf(dtype);
    if (bytes == 0) {
      throw new FormatException(path, 8, what + " of a known dtype", "'" + dtype + "'");
    }
    return bytes;
  }

  private static Map<?, ?> map(Path path, String what, Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new FormatException(path, 8, what + " to be a JSON object", "" + value);
  }

  private static Map<String, Object> object(Path path, String what, Object value) {
    Map<String, Object> members = new LinkedHashMap<>();
    map(path, what, value).forEach((key, member) -> members.put((String) key, member));
    return members;
  }

  private static String string(Path path, String what, @Nullable Object value) {
    if (value instanceof String string) {
      return string;
    }
    throw new FormatException(path, 8, what + " to be a JSON string", "" + value);
  }

  private static List<Long> longs(Path path, String what, @Nullable Object value) {
    List<Long> longs = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Long number && number >= 0) {
          longs.add(number);
        }
      }
      if (longs.size() == list.size()) {
        return longs;
      }
    }
    throw new FormatException(path, 8, what + " to be a list of integers from 0", "" + value);
  }
}
