package dev.d2v.cli.goldens;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.PickledTuple;
import dev.d2v.tensor.io.TorchFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// `pt_odd`: views, strides, all types and Python's own values in files of PyTorch.
final class TorchCase {
  private static final String TENSORS = "tensors/";
  private static final String HEX = "_hex";

  private TorchCase() {}

  static void run(GoldenCase c, Comparison comparison) throws IOException {
    for (Object name : GoldenCase.list(c.json(), "pt_files")) {
      Path path = c.beside(String.valueOf(name));
      try (TorchFile file = TorchFile.open(path)) {
        tensors(name + ": ", file, c, comparison);
        numbers(name + ": ", file, c.object("numbers"), comparison);
      }
    }
    c.requireAllSeen(comparison);
  }

  private static void tensors(String at, TorchFile file, GoldenCase c, Comparison comparison) {
    Map<String, Object> types = c.object("original_dtypes");
    Map<String, Object> shapes = c.object("shapes");
    Map<String, Object> strides = c.object("strides");
    Set<String> expected = new TreeSet<>();
    types.keySet().forEach(key -> expected.add(TENSORS + key));
    comparison.holds(at + "the tensors", expected.equals(new TreeSet<>(file.names())));
    for (String name : types.keySet()) {
      String key = TENSORS + name;
      if (!file.has(key)) {
        continue;
      }
      String type = type(String.valueOf(types.get(name)));
      comparison.holds(at + name + " is " + type, type.equals(file.entry(key).dtype()));
      Shape shape = Shape.of(dims(shapes, name));
      comparison.holds(at + name + " has shape " + shape, shape.equals(file.entry(key).shape()));
      comparison.equal(
          at + name + " strides", dims(strides, name), ints(file.tensor(key).strides()));
      values(at + name, key, file, c, comparison);
    }
  }

  /// The file's numbers, bit for bit: whole numbers as such, others as the floats that hold them.
  static void values(String what, String key, TorchFile file, GoldenCase c, Comparison comparison) {
    if (c.dtype(key).startsWith("F")) {
      comparison.relative(what, c.floats(key), file.floats(key), 1e-30);
    } else {
      comparison.equal(what, c.ints(key), file.ints(key));
    }
  }

  private static void numbers(
      String at, TorchFile file, Map<String, Object> expected, Comparison comparison) {
    Map<String, Object> root = GoldenCase.asObject(file.root(), "the file's dictionary");
    Map<String, Object> actual = GoldenCase.asObject(root.get("numbers"), "numbers");
    comparison.within(at + "numbers", Math.abs(expected.size() - actual.size()), 0.5);
    for (Map.Entry<String, Object> e : expected.entrySet()) {
      String key = e.getKey();
      boolean bytes = key.endsWith(HEX);
      String own = bytes ? key.substring(0, key.length() - HEX.length()) : key;
      comparison.holds(
          at + "numbers." + own + " is " + e.getValue(),
          actual.containsKey(own) && same(e.getValue(), actual.get(own)));
    }
  }

  /// Whether a value of a pickle is what the case's JSON says of it.
  static boolean same(@Nullable Object json, @Nullable Object value) {
    return switch (value) {
      case null -> json == null;
      case byte[] bytes -> HexFormat.of().formatHex(bytes).equals(json);
      case PickledTuple tuple -> json instanceof List<?> list && same(list, tuple.items());
      case List<?> items -> json instanceof List<?> list && same(list, items);
      case Set<?> set -> json instanceof List<?> list && sameSet(list, set);
      case Map<?, ?> map -> json instanceof Map<?, ?> object && same(object, map);
      case Double d -> json instanceof Number n ? n.doubleValue() == d : text(d).equals(json);
      case Number n -> json != null && json.toString().equals(n.toString());
      default -> value.equals(json);
    };
  }

  private static boolean same(List<?> json, List<?> items) {
    boolean same = json.size() == items.size();
    for (int i = 0; same && i < items.size(); i++) {
      same = same(json.get(i), items.get(i));
    }
    return same;
  }

  private static boolean same(Map<?, ?> json, Map<?, ?> map) {
    boolean same = json.size() == map.size();
    for (Map.Entry<?, ?> e : map.entrySet()) {
      String key = String.valueOf(e.getKey());
      same = same && json.containsKey(key) && same(json.get(key), e.getValue());
    }
    return same;
  }

  private static boolean sameSet(List<?> json, Set<?> set) {
    List<String> expected = new ArrayList<>(json.stream().map(String::valueOf).toList());
    List<String> actual = new ArrayList<>(set.stream().map(String::valueOf).toList());
    expected.sort(null);
    actual.sort(null);
    return expected.equals(actual);
  }

  private static String text(double d) {
    return Double.isNaN(d) ? "nan" : d == Double.POSITIVE_INFINITY ? "inf" : "-inf";
  }

  private static String type(String torch) {
    return switch (torch) {
      case "float32" -> "F32";
      case "float64" -> "F64";
      case "float16" -> "F16";
      case "bfloat16" -> "BF16";
      case "int64" -> "I64";
      case "int32" -> "I32";
      case "int16" -> "I16";
      case "int8" -> "I8";
      case "uint8" -> "U8";
      case "bool" -> "BOOL";
      default -> throw new IllegalArgumentException("the case has a tensor of type " + torch);
    };
  }

  private static int[] dims(Map<String, Object> of, String name) {
    return GoldenCase.list(of, name).stream()
        .mapToInt(v -> (int) GoldenCase.number(v, name))
        .toArray();
  }

  private static int[] ints(long[] values) {
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = Math.toIntExact(values[i]);
    }
    return ints;
  }
}
