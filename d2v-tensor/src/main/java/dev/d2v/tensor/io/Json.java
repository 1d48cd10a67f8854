package dev.d2v.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON (RFC 8259), read strictly and written simply: the state of a run, vocabularies, labelled
/// text.
///
/// What is read becomes String, Long, Double, Boolean, lists, maps in the order of the file, or a
/// value of which [#isNull] says so. A key twice in one object, nesting deeper than 16, malformed
/// UTF-8 and integers beyond a long are refused with a [FormatException] that names file and byte.
public final class Json {
  private static final long LARGEST = 1 << 20;

  private Json() {}

  /// The object in a file of at most a mebibyte.
  public static Map<String, Object> read(Path file) throws IOException {
    return read(file, LARGEST);
  }

  /// The object in a file of at most `largest` bytes.
  public static Map<String, Object> read(Path file, long largest) throws IOException {
    long size = Files.size(file);
    if (size > largest) {
      throw new FormatException(file, 0, "at most " + largest + " bytes of JSON", size + " bytes");
    }
    return object(file, Files.readAllBytes(file), 0);
  }

  /// The object in `text`, which stands in `file` at byte `offset`.
  public static Map<String, Object> object(Path file, byte[] text, long offset) {
    Object value = JsonReader.read(file, text, offset);
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> object = new LinkedHashMap<>();
      map.forEach((k, v) -> object.put(String.valueOf(k), v));
      return object;
    }
    throw new FormatException(file, offset, "a JSON object", "another value");
  }

  /// Whether a value that was read is JSON's `null`.
  public static boolean isNull(Object value) {
    return JsonReader.NULL.equals(value);
  }

  /// Replaces a file by an object of strings and whole numbers, whole or not at all.
  public static void write(Path file, Map<String, ?> object) throws IOException {
    StringBuilder text = new StringBuilder("{\n");
    String separator = "";
    for (Map.Entry<String, ?> e : object.entrySet()) {
      text.append(separator).append("  ").append(quoted(e.getKey())).append(": ");
      text.append(e.getValue() instanceof Number n ? n.toString() : quoted(e.getValue() + ""));
      separator = ",\n";
    }
    ByteBuffer bytes = ByteBuffer.wrap((text + "\n}\n").getBytes(StandardCharsets.UTF_8));
    ReplacedFile.write(
        file,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  /// A value on one line: strings, numbers, Booleans, null, lists and maps of them. Numbers that
  /// JSON does not have become the strings `nan`, `inf` and `-inf`.
  public static String text(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  private static void append(StringBuilder out, @Nullable Object value) {
    String separator = "";
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> {
        out.append('{');
        for (Map.Entry<?, ?> e : map.entrySet()) {
          out.append(separator).append(quoted(String.valueOf(e.getKey()))).append(':');
          append(out, e.getValue());
          separator = ",";
        }
        out.append('}');
      }
      case List<?> list -> {
        out.append('[');
        for (Object item : list) {
          out.append(separator);
          append(out, item);
          separator = ",";
        }
        out.append(']');
      }
      case Double d when d.isNaN() -> out.append("\"nan\"");
      case Double d when d.isInfinite() -> out.append(d > 0 ? "\"inf\"" : "\"-inf\"");
      case Number n -> out.append(n);
      case Boolean b -> out.append(b);
      case Object o when isNull(o) -> out.append("null");
      case Object o -> out.append(quoted(o.toString()));
    }
  }

  /// A string of JSON, with its quotes.
  public static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
