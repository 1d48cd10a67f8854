package dev.d2v.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Small JSON files of text and whole numbers: the state of a run.
public final class Json {
  private static final long LARGEST = 1 << 20;

  private Json() {}

  /// The object in a file; values are String, Long, Double, Boolean, lists or maps. Fails with
  /// [FormatException].
  public static Map<String, Object> read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > LARGEST) {
      throw new FormatException(file, 0, "at most " + LARGEST + " bytes of JSON", size + " bytes");
    }
    Object value = JsonReader.read(file, Files.readAllBytes(file), 0);
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> object = new LinkedHashMap<>();
      map.forEach((k, v) -> object.put(String.valueOf(k), v));
      return object;
    }
    throw new FormatException(file, 0, "a JSON object", "another value");
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

  private static String quoted(String text) {
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
