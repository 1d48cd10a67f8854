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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where vectors go, one after another, so that what a kill leaves can be gone on with: lines of
/// JSON `{"file": ..., "vector": [...]}` or of CSV `file,v0,v1,...`. NPY needs to know its length
/// first, so lines of JSON gather in `NAME.npy.part` and become `NAME.npy` and `NAME.npy.files.txt`
/// at the end.
final class VectorOutput implements AutoCloseable {
  private static final String NPY = ".npy";
  private static final String CSV = ".csv";
  private static final String CSV_HEAD = "file";
  private static final String PART = ".part";
  private static final String NAMES = ".files.txt";

  private static final float[] NONE = {};

  private final @Nullable Path lines;
  private final @Nullable Path npy;
  private final boolean csv;
  private final int width;
  private final Writer writer;
  private final Map<String, float[]> known;

  private VectorOutput(
      @Nullable Path lines,
      @Nullable Path npy,
      boolean csv,
      int width,
      Writer writer,
      Map<String, float[]> known) {
    this.lines = lines;
    this.npy = npy;
    this.csv = csv;
    this.width = width;
    this.writer = writer;
    this.known = known;
  }

  /// Fails when a file cannot be written, or gone on with.
  static void check(Path file, boolean resume) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (!name.endsWith(NPY) && !name.endsWith(CSV) && !name.endsWith(".jsonl")) {
      throw new UserError("--out %s must end in .jsonl, .csv or .npy".formatted(file));
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UserError("there is no folder %s to write to: make it first".formatted(folder));
    }
    if (name.endsWith(NPY) && Files.exists(file)) {
      throw new UserError(
          "--out %s exists already and is complete: choose another name".formatted(file));
    }
    Path lines = lines(file);
    if (Files.exists(lines) && !Files.isRegularFile(lines)) {
      throw new UserError("--out %s is no file: choose another name".formatted(lines));
    }
    if (Files.exists(lines) && !resume) {
      throw new UserError("--out %s exists already: --resume goes on with it".formatted(lines));
    }
  }

  private static Path lines(Path file) {
    boolean npy = file.toString().toLowerCase(Locale.ROOT).endsWith(NPY);
    return npy ? file.resolveSibling(file.getFileName() + PART) : file;
  }

  /// Opens a file by its name's ending; empty: lines of JSON on `standard`.
  static VectorOutput open(Optional<Path> out, boolean resume, int width, PrintStream standard)
      throws IOException {
    if (out.isEmpty()) {
      Writer writer = new java.io.OutputStreamWriter(standard, StandardCharsets.UTF_8);
      return new VectorOutput(null, null, false, width, writer, Map.of());
    }
    Path file = out.get();
    check(file, resume);
    Path lines = lines(file);
    boolean csv = file.toString().toLowerCase(Locale.ROOT).endsWith(CSV);
    Map<String, float[]> known = Files.exists(lines) ? repaired(lines, csv, width) : Map.of();
    Writer writer =
        Files.newBufferedWriter(lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    if (csv && Files.size(lines) == 0) {
      writer.write(CSV_HEAD);
      for (int i = 0; i < width; i++) {
        writer.write(",v" + i);
      }
      writer.write('\n');
    }
    return new VectorOutput(lines, lines.equals(file) ? null : file, csv, width, writer, known);
  }

  /// The files of an output and the first of their vectors. The output loses a last line that was
  /// cut short.
  private static Map<String, float[]> repaired(Path lines, boolean csv, int width)
      throws IOException {
    byte[] all = Files.readAllBytes(lines);
    int end = all.length;
    while (end > 0 && all[end - 1] != '\n') {
      end--;
    }
    Map<String, float[]> known = new LinkedHashMap<>();
    int number = 0;
    for (int from = 0; from < end; ) {
      int to = from;
      while (all[to] != '\n') {
        to++;
      }
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
    if (end < all.length) {
      try (var channel = java.nio.channels.FileChannel.open(lines, StandardOpenOption.WRITE)) {
        channel.truncate(end);
      }
    }
    return known;
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

  private static String name(Path lines, String line) {
    return String.valueOf(object(lines, line).get("file"));
  }

  private static float[] vector(Path lines, String line) {
    return object(lines, line).get("vector") instanceof List<?> list ? floats(list) : NONE;
  }

  /// Files that are in the output already, and the vector of the first of them.
  Map<String, float[]> known() {
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
        vectors.add(vector(lines, line));
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
