package dev.d2v.cli.embed;

import dev.d2v.cli.error.UserError;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.Npy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where vectors go, one after another, so that what a kill leaves can be gone on with: lines of
/// JSON `{"file": ..., "vector": [...]}` or of CSV `file,v0,v1,...`. NPY needs to know its length
/// first, so lines of JSON gather in `NAME.npy.part` and become `NAME.npy` and `NAME.npy.files.txt`
/// at the end.
final class VectorOutput implements AutoCloseable {
  private static final String PART = ".part";
  private static final String NAMES = ".files.txt";

  private final @Nullable Path lines;
  private final @Nullable Path npy;
  private final boolean csv;
  private final int width;
  private final Writer writer;
  private final Set<String> known;

  private VectorOutput(
      @Nullable Path lines,
      @Nullable Path npy,
      boolean csv,
      int width,
      Writer writer,
      Set<String> known) {
    this.lines = lines;
    this.npy = npy;
    this.csv = csv;
    this.width = width;
    this.writer = writer;
    this.known = known;
  }

  /// Opens a file by its name's ending; empty: lines of JSON on `standard`.
  static VectorOutput open(Optional<Path> out, boolean resume, int width, PrintStream standard)
      throws IOException {
    if (out.isEmpty()) {
      Writer writer = new java.io.OutputStreamWriter(standard, StandardCharsets.UTF_8);
      return new VectorOutput(null, null, false, width, writer, Set.of());
    }
    Path file = out.get();
    String name = file.toString().toLowerCase(Locale.ROOT);
    boolean npy = name.endsWith(".npy");
    boolean csv = name.endsWith(".csv");
    if (!npy && !csv && !name.endsWith(".jsonl")) {
      throw new UserError("--out %s must end in .jsonl, .csv or .npy".formatted(file));
    }
    Path lines = npy ? file.resolveSibling(file.getFileName() + PART) : file;
    if (npy && Files.exists(file)) {
      throw new UserError(
          "--out %s exists already and is complete: choose another name".formatted(file));
    }
    Set<String> known = Set.of();
    if (Files.exists(lines)) {
      if (!resume) {
        throw new UserError("--out %s exists already: --resume goes on with it".formatted(lines));
      }
      known = repaired(lines, csv, width);
    }
    Writer writer =
        Files.newBufferedWriter(lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    if (csv && Files.size(lines) == 0) {
      writer.write("file");
      for (int i = 0; i < width; i++) {
        writer.write(",v" + i);
      }
      writer.write('\n');
    }
    return new VectorOutput(lines, npy ? file : null, csv, width, writer, known);
  }

  /// The files of an output, which loses a last line that was cut short.
  private static Set<String> repaired(Path lines, boolean csv, int width) throws IOException {
    byte[] all = Files.readAllBytes(lines);
    int end = all.length;
    while (end > 0 && all[end - 1] != '\n') {
      end--;
    }
    if (end < all.length) {
      try (var channel = java.nio.channels.FileChannel.open(lines, StandardOpenOption.WRITE)) {
        channel.truncate(end);
      }
    }
    Set<String> known = new LinkedHashSet<>();
    int number = 0;
    for (String line : new String(all, 0, end, StandardCharsets.UTF_8).lines().toList()) {
      number++;
      if (line.isEmpty() || (csv && number == 1)) {
        continue;
      }
      int found = csv ? columns(line) : vector(lines, line).size();
      if (found != width) {
        throw new FormatException(
            lines,
            0,
            "vectors of %d numbers in line %d, as this model gives".formatted(width, number),
            found + " numbers");
      }
      known.add(csv ? csvName(line) : name(lines, line));
    }
    return known;
  }

  private static int columns(String line) {
    String rest = line.substring(nameEnd(line));
    return (int) rest.chars().filter(c -> c == ',').count();
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

  private static String name(Path lines, String line) {
    return String.valueOf(object(lines, line).get("file"));
  }

  private static List<?> vector(Path lines, String line) {
    return object(lines, line).get("vector") instanceof List<?> list ? list : List.of();
  }

  /// Files that are in the output already.
  Set<String> known() {
    return known;
  }

  /// Appends a vector.
  void write(String file, float[] vector) throws IOException {
    StringBuilder line = new StringBuilder(16 * vector.length);
    if (csv) {
      boolean plain = file.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
      line.append(plain ? file : "\"" + file.replace("\"", "\"\"") + "\"");
    } else {
      line.append("{\"file\": ").append(Json.quoted(file)).append(", \"vector\": [");
    }
    for (int i = 0; i < vector.length; i++) {
      line.append(csv || i > 0 ? "," : "").append(vector[i]);
    }
    writer.append(line.append(csv ? "\n" : "]}\n"));
  }

  /// What was written is on its way to the disk.
  void flush() throws IOException {
    writer.flush();
  }

  /// Makes an NPY file of the lines.
  void finish() throws IOException {
    writer.flush();
    if (npy == null || lines == null) {
      return;
    }
    List<String> names = new ArrayList<>();
    List<float[]> vectors = new ArrayList<>();
    try (BufferedReader in = Files.newBufferedReader(lines)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        names.add(name(lines, line));
        List<?> numbers = vector(lines, line);
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = Float.parseFloat(String.valueOf(numbers.get(i)));
        }
        vectors.add(vector);
      }
    }
    float[] flat = new float[Math.multiplyExact(vectors.size(), width)];
    for (int i = 0; i < vectors.size(); i++) {
      System.arraycopy(vectors.get(i), 0, flat, i * width, width);
    }
    Files.write(npy.resolveSibling(npy.getFileName() + NAMES), names);
    Npy.write(npy, Shape.of(vectors.size(), width), flat);
    Files.delete(lines);
  }

  @Override
  public void close() throws IOException {
    if (lines == null) {
      writer.flush();
    } else {
      writer.close();
    }
  }
}
