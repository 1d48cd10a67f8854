package dev.d2v.cli.embed;

import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads the lines that [VectorOutput] writes.
final class VectorLines {
  /// The first field of a file of CSV.
  static final String CSV_HEAD = "file";

  /// Bytes of a path on any system, each of them a quote that is written twice.
  private static final int LONGEST_NAME = 2 * 4_096;

  /// Characters of `,-1.17549435E-38`.
  private static final int LONGEST_NUMBER = 16;

  private static final float[] NONE = {};

  private VectorLines() {}

  /// The files of an output and the first of their vectors. The output loses a last line that was
  /// cut short.
  static Map<String, float[]> repaired(Path lines, boolean csv, int width) throws IOException {
    byte[] all = Files.readAllBytes(lines);
    Map<String, float[]> known = new LinkedHashMap<>();
    int number = 0;
    int from = 0;
    for (int to = end(all, from, csv); to < all.length; to = end(all, from, csv)) {
      number++;
      String line = new String(all, from, to - from, StandardCharsets.UTF_8).stripTrailing();
      boolean head = csv && number == 1;
      if (head ? !line.startsWith(CSV_HEAD) : !line.isEmpty() && !csv && !line.startsWith("{")) {
        throw unlike(lines, from, number, width, "another kind of file");
      }
      if (!head && !line.isEmpty()) {
        add(known, lines, from, number, csv, line, width);
      }
      from = to + 1;
    }
    if (csv && all.length - from > LONGEST_NAME + LONGEST_NUMBER * (long) width) {
      throw unlike(lines, from, number + 1, width, "a quote that is not closed");
    }
    if (from < all.length) {
      try (var channel = FileChannel.open(lines, StandardOpenOption.WRITE)) {
        channel.truncate(from);
      }
    }
    return known;
  }

  /// Where the line break behind a vector is, or the end of all where it was cut short. In CSV a
  /// name in quotes may have line breaks of its own.
  private static int end(byte[] all, int from, boolean csv) {
    int to = from;
    boolean quoted = csv && from < all.length && all[from] == '"';
    while (to < all.length && (quoted || all[to] != '\n')) {
      to++;
      if (quoted && to < all.length && all[to] == '"') {
        boolean twice = to + 1 < all.length && all[to + 1] == '"';
        quoted = twice;
        to += twice ? 1 : 0;
      }
    }
    return to;
  }

  private static void add(
      Map<String, float[]> known,
      Path lines,
      int from,
      int number,
      boolean csv,
      String line,
      int width) {
    try {
      float[] vector = csv ? csvVector(line) : vector(lines, line);
      if (vector.length != width) {
        throw unlike(lines, from, number, width, vector.length + " numbers");
      }
      known.put(csv ? csvName(line) : name(lines, line), known.isEmpty() ? vector : NONE);
    } catch (NumberFormatException e) {
      FormatException unlike = unlike(lines, from, number, width, "no number: " + e.getMessage());
      unlike.initCause(e);
      throw unlike;
    }
  }

  private static FormatException unlike(Path lines, int from, int number, int width, String found) {
    return new FormatException(
        lines,
        from,
        "line %d to be a file's name and %d numbers, as this command writes with this model"
            .formatted(number, width),
        found);
  }

  private static float[] csvVector(String line) {
    String rest = line.substring(nameEnd(line));
    return rest.isEmpty() ? NONE : floats(List.of(rest.substring(1).split(",", -1)));
  }

  private static float[] floats(List<?> numbers) {
    float[] out = new float[numbers.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = Float.parseFloat(String.valueOf(numbers.get(i)));
    }
    return out;
  }

  /// Behind the first field.
  private static int nameEnd(String line) {
    if (!line.startsWith("\"")) {
      int comma = line.indexOf(',');
      return comma < 0 ? line.length() : comma;
    }
    int at = 1;
    while (at < line.length()) {
      if (line.charAt(at) == '"') {
        if (at + 1 < line.length() && line.charAt(at + 1) == '"') {
          at++;
        } else {
          return at + 1;
        }
      }
      at++;
    }
    return at;
  }

  private static String csvName(String line) {
    String field = line.substring(0, nameEnd(line));
    return field.startsWith("\"")
        ? field.substring(1, Math.max(1, field.length() - 1)).replace("\"\"", "\"")
        : field;
  }

  private static Map<String, Object> object(Path lines, String line) {
    return Json.object(lines, line.getBytes(StandardCharsets.UTF_8), 0);
  }

  static String name(Path lines, String line) {
    return String.valueOf(object(lines, line).get("file"));
  }

  static float[] vector(Path lines, String line) {
    return object(lines, line).get("vector") instanceof List<?> list ? floats(list) : NONE;
  }
}
