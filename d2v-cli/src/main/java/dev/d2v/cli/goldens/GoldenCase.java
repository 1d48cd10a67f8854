package dev.d2v.cli.goldens;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.jr.ob.JSON;

/// One case on disk: `NAME.json` and, when it names one, a safetensors file whose hash must be the
/// one it gives. Remembers which tensors were asked for, so that those nobody looked at count as
/// failures.
final class GoldenCase implements AutoCloseable {
  private final String name;
  private final Path path;
  private final Map<String, Object> json;
  private final @Nullable Safetensors tensors;
  private final TreeSet<String> unseen = new TreeSet<>();

  private GoldenCase(
      String name, Path path, Map<String, Object> json, @Nullable Safetensors tensors) {
    this.name = name;
    this.path = path;
    this.json = json;
    this.tensors = tensors;
    if (tensors != null) {
      unseen.addAll(tensors.names());
    }
  }

  static GoldenCase open(Path file) throws IOException {
    String name = file.getFileName().toString().replaceFirst("\\.json$", "");
    Map<String, Object> json = JSON.std.mapFrom(Files.readString(file));
    if (!(json.get("file") instanceof String tensorFile)) {
      return new GoldenCase(name, file, json, null);
    }
    Path path = file.resolveSibling(tensorFile);
    String hash = Sha256.of(path);
    if (!hash.equals(json.get("sha256"))) {
      throw new IOException(
          path + ": SHA-256 is " + hash + ", the case says " + json.get("sha256"));
    }
    return new GoldenCase(name, file, json, Safetensors.open(path));
  }

  String name() {
    return name;
  }

  /// A file beside the case.
  Path beside(String file) {
    return path.resolveSibling(file);
  }

  Map<String, Object> json() {
    return json;
  }

  String text(String key) {
    return String.valueOf(json.get(key));
  }

  Map<String, Object> object(String key) {
    return asObject(json.get(key), key);
  }

  List<Map<String, Object>> objects(String key) {
    if (json.get(key) instanceof List<?> list) {
      return list.stream().map(o -> asObject(o, key)).toList();
    }
    throw new IllegalArgumentException("the case has no list '" + key + "'");
  }

  static List<?> list(Map<String, Object> map, String key) {
    if (map.get(key) instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("the case has no list '" + key + "'");
  }

  static Map<String, Object> asObject(@Nullable Object value, String key) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((k, v) -> copy.put(String.valueOf(k), v));
      return copy;
    }
    throw new IllegalArgumentException("the case has no object '" + key + "'");
  }

  static double number(Map<String, Object> map, String key) {
    return number(map.get(key), key);
  }

  static double number(@Nullable Object value, String key) {
    if (value instanceof Number n) {
      return n.doubleValue();
    }
    if ("inf".equals(value)) {
      return Double.POSITIVE_INFINITY;
    }
    if ("-inf".equals(value)) {
      return Double.NEGATIVE_INFINITY;
    }
    throw new IllegalArgumentException("'" + key + "' should be a number, is " + value);
  }

  static double number(Map<String, Object> map, String key, double otherwise) {
    return map.get(key) == null ? otherwise : number(map, key);
  }

  static int integer(Map<String, Object> map, String key) {
    return (int) number(map, key);
  }

  static boolean flag(Map<String, Object> map, String key, boolean otherwise) {
    return map.get(key) instanceof Boolean b ? b : otherwise;
  }

  boolean has(String tensor) {
    return tensors != null && tensors.names().contains(tensor);
  }

  /// Names that start with a prefix, in the file's order.
  List<String> names(String prefix) {
    return tensors == null
        ? List.of()
        : tensors.names().stream().filter(n -> n.startsWith(prefix)).toList();
  }

  float[] floats(String tensor) {
    unseen.remove(tensor);
    return file().floats(tensor);
  }

  /// Floats, or whole numbers as floats.
  float[] numbers(String tensor) {
    if (file().entry(tensor).dtype().equals("F32")) {
      return floats(tensor);
    }
    int[] whole = ints(tensor);
    float[] out = new float[whole.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = whole[i];
    }
    return out;
  }

  int[] ints(String tensor) {
    unseen.remove(tensor);
    return file().ints(tensor);
  }

  /// A tensor's type as the file has it.
  String dtype(String tensor) {
    return file().entry(tensor).dtype();
  }

  Shape shape(String tensor) {
    return file().entry(tensor).shape();
  }

  /// Tensors that do not need comparing.
  void ignore(String prefix) {
    unseen.removeIf(n -> n.startsWith(prefix));
  }

  /// Notes a failure for every tensor that nothing was compared with.
  void requireAllSeen(Comparison comparison) {
    for (String n : unseen) {
      comparison.holds("tensor " + n + " is known", false);
    }
  }

  private Safetensors file() {
    if (tensors == null) {
      throw new IllegalArgumentException("the case has no tensor file");
    }
    return tensors;
  }

  @Override
  public void close() {
    if (tensors != null) {
      tensors.close();
    }
  }
}
