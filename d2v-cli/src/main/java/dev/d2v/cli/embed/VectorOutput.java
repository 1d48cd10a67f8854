package dev.d2v.cli.embed;

import dev.d2v.cli.error.OutputLost;
import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.Npy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
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
  private static final String PART = ".part";
  private static final String NAMES = ".files.txt";

  private final @Nullable Terminal standard;
  private final @Nullable Path lines;
  private final @Nullable Path npy;
  private final boolean csv;
  private final int width;
  private final Writer writer;
  private final Map<String, float[]> known;

  private VectorOutput(
      @Nullable Terminal standard,
      @Nullable Path lines,
      @Nullable Path npy,
      boolean csv,
      int width,
      Writer writer,
      Map<String, float[]> known) {
    this.standard = standard;
    this.lines = lines;
    this.npy = npy;
    this.csv = csv;
    this.width = width;
    this.writer = writer;
    this.known = known;
  }

  /// Fails when a file cannot be written, or gone on with. Nothing that is there is written over,
  /// but for names that a kill left beside an output that is not whole.
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
    Path names = names(file);
    boolean begun = resume && Files.isRegularFile(lines) && Files.isRegularFile(names);
    if (name.endsWith(NPY) && Files.exists(names) && !begun) {
      throw new UserError(
          "%s exists already, and the files' names would go there: choose another --out or move it"
              .formatted(names));
    }
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

  private static Path names(Path file) {
    return file.resolveSibling(file.getFileName() + NAMES);
  }

  /// Opens a file by its name's ending; empty: lines of JSON on standard output.
  static VectorOutput open(Optional<Path> out, boolean resume, int width, Terminal terminal)
      throws IOException {
    if (out.isEmpty()) {
      Writer writer = new OutputStreamWriter(terminal.out(), StandardCharsets.UTF_8);
      return new VectorOutput(terminal, null, null, false, width, writer, Map.of());
    }
    Path file = out.get();
    check(file, resume);
    Path lines = lines(file);
    boolean csv = file.toString().toLowerCase(Locale.ROOT).endsWith(CSV);
    Map<String, float[]> known =
        Files.exists(lines) ? VectorLines.repaired(lines, csv, width) : Map.of();
    Writer writer =
        Files.newBufferedWriter(lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    if (csv && Files.size(lines) == 0) {
      writer.write(VectorLines.CSV_HEAD);
      for (int i = 0; i < width; i++) {
        writer.write(",v" + i);
      }
      writer.write('\n');
    }
    Path npy = lines.equals(file) ? null : file;
    return new VectorOutput(null, lines, npy, csv, width, writer, known);
  }

  /// Files that are in the output already, and the vector of the first of them.
  Map<String, float[]> known() {
    return known;
  }

  /// Why a file of this name cannot be in this output, if it cannot.
  Optional<String> refuses(String file) {
    boolean broken = npy != null && file.chars().anyMatch(c -> c == '\n' || c == '\r');
    return broken
        ? Optional.of(
            "its name has a line break, and *%s holds a name a line: rename it, or take --out NAME.jsonl"
                .formatted(NAMES))
        : Optional.empty();
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

  /// What was written is on its way to the disk, or to whoever reads standard output.
  ///
  /// @throws OutputLost when it is not
  void flush() throws IOException {
    writer.flush();
    if (standard != null) {
      Optional<IOException> loss = standard.loss();
      if (loss.isPresent()) {
        throw new OutputLost(loss.get());
      }
    }
  }

  /// Makes an NPY file of the lines.
  void finish() throws IOException {
    flush();
    if (npy == null || lines == null) {
      return;
    }
    List<String> names = new ArrayList<>();
    List<float[]> vectors = new ArrayList<>();
    try (BufferedReader in = Files.newBufferedReader(lines)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        names.add(VectorLines.name(lines, line));
        vectors.add(VectorLines.vector(lines, line));
      }
    }
    float[] flat = new float[Math.multiplyExact(vectors.size(), width)];
    for (int i = 0; i < vectors.size(); i++) {
      System.arraycopy(vectors.get(i), 0, flat, i * width, width);
    }
    Files.write(names(npy), names);
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
