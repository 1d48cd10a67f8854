package dev.d2v.cli.run;

import dev.d2v.cli.error.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/// `metrics.jsonl`: one JSON object a line, `{"update":5,"loss":0.41,...}`, in the order of the
/// updates. A line is written whole with one call, so a kill leaves at most a torn last line, which
/// [#resume] cuts off. Numbers that JSON does not have are the strings `"NaN"`, `"Infinity"` and
/// `"-Infinity"`.
public final class MetricsLog implements AutoCloseable {
  private static final String UPDATE = "update";

  private final FileChannel channel;

  private MetricsLog(FileChannel channel) {
    this.channel = channel;
  }

  /// The numbers of one update.
  ///
  /// @param update after which they were taken, from 1
  /// @param values by name, see [Metric]
  public record Line(long update, Map<String, Double> values) {
    /// Copies the map, order kept.
    public Line {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  /// Begins a file; fails when it is there already.
  public static MetricsLog create(Path file) throws IOException {
    return new MetricsLog(
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /// Goes on with a file, or begins it: lines of update `from` and later are cut off, as is a torn
  /// last line.
  ///
  /// @param from the first update that will be computed again
  public static MetricsLog resume(Path file, long from) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      long end = kept(Files.readAllBytes(file), from);
      channel.truncate(end);
      channel.position(end);
      return new MetricsLog(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// All whole lines of a file, those of a run that is still going on too.
  public static List<Line> read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<Line> lines = new ArrayList<>();
    int start = 0;
    for (int end = lineEnd(bytes, start); end >= 0; end = lineEnd(bytes, start)) {
      String text = new String(bytes, start, end - start, StandardCharsets.UTF_8);
      int number = lines.size() + 1;
      lines.add(
          parse(text)
              .orElseThrow(() ->
                  new UserError("%s:%d: expected a line of metrics".formatted(file, number))));
      start = end + 1;
    }
    return lines;
  }

  /// The lines that hold names with this prefix, which is taken off; other names are left out. All
  /// of it for an empty prefix.
  public static List<Line> under(List<Line> lines, String prefix) {
    List<Line> out = new ArrayList<>();
    for (Line line : lines) {
      Map<String, Double> values = new LinkedHashMap<>();
      line.values()
          .forEach((name, value) -> {
            if (name.startsWith(prefix)) {
              values.put(name.substring(prefix.length()), value);
            }
          });
      if (!values.isEmpty()) {
        out.add(new Line(line.update(), values));
      }
    }
    return out;
  }

  /// Appends a line.
  public void write(Line line) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(UPDATE, line.update());
    object.putAll(line.values());
    ByteBuffer bytes =
        ByteBuffer.wrap((JSON.std.asString(object) + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /// Bytes of the leading whole lines whose update is below `from`.
  private static int kept(byte[] bytes, long from) {
    int start = 0;
    for (int end = lineEnd(bytes, start); end >= 0; end = lineEnd(bytes, start)) {
      Optional<Line> line = parse(new String(bytes, start, end - start, StandardCharsets.UTF_8));
      if (line.isEmpty() || line.get().update() >= from) {
        return start;
      }
      start = end + 1;
    }
    return start;
  }

  private static int lineEnd(byte[] bytes, int start) {
    for (int i = start; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static Optional<Line> parse(String text) {
    try {
      Map<String, Object> object = JSON.std.mapFrom(text);
      if (!(object.remove(UPDATE) instanceof Number update)) {
        return Optional.empty();
      }
      Map<String, Double> values = new LinkedHashMap<>();
      object.forEach((key, value) -> number(value).ifPresent(v -> values.put(key, v)));
      return Optional.of(new Line(update.longValue(), values));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static Optional<Double> number(Object value) {
    return switch (value) {
      case Number n -> Optional.of(n.doubleValue());
      case String s when s.equals("NaN") -> Optional.of(Double.NaN);
      case String s when s.equals("Infinity") -> Optional.of(Double.POSITIVE_INFINITY);
      case String s when s.equals("-Infinity") -> Optional.of(Double.NEGATIVE_INFINITY);
      default -> Optional.empty();
    };
  }
}
