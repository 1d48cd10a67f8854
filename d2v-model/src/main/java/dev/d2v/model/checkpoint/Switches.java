package dev.d2v.model.checkpoint;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The fields of an official configuration, each to be asked for once; those nobody asked for are
/// refused at the end.
final class Switches {
  private final String prefix;
  private final Map<String, Object> fields;
  private final Set<String> asked = new HashSet<>();
  private final @Nullable Consumer<String> unknown;

  Switches(String prefix, Map<String, Object> fields) {
    this(prefix, fields, null);
  }

  /// @param unknown is told the fields that nobody asked for; null: they are refused
  Switches(String prefix, Map<String, Object> fields, @Nullable Consumer<String> unknown) {
    this.prefix = prefix;
    this.fields = fields;
    this.unknown = unknown;
  }

  Switches nested(String name) {
    if (value(name) instanceof Map<?, ?> map) {
      Map<String, Object> copy =
          map.entrySet().stream()
              .collect(
                  java.util.LinkedHashMap::new,
                  (m, e) -> m.put(String.valueOf(e.getKey()), e.getValue()),
                  Map::putAll);
      return new Switches(prefix + name + ".", copy, unknown);
    }
    throw wrong(name, "an object");
  }

  boolean isNull(String name) {
    asked.add(name);
    return fields.get(name) == null;
  }

  int integer(String name) {
    double d = number(name);
    if (d != Math.rint(d)) {
      throw wrong(name, "an integer");
    }
    return (int) d;
  }

  int integer(String name, int otherwise) {
    return isNull(name) ? otherwise : integer(name);
  }

  double number(String name) {
    if (value(name) instanceof Number n) {
      return n.doubleValue();
    }
    throw wrong(name, "a number");
  }

  double number(String name, double otherwise) {
    return isNull(name) ? otherwise : number(name);
  }

  @Nullable Double numberOrNull(String name) {
    return isNull(name) ? null : Double.valueOf(number(name));
  }

  boolean flag(String name) {
    if (value(name) instanceof Boolean b) {
      return b;
    }
    throw wrong(name, "true or false");
  }

  boolean flag(String name, boolean otherwise) {
    return isNull(name) ? otherwise : flag(name);
  }

  String text(String name) {
    if (value(name) instanceof String s) {
      return s;
    }
    throw wrong(name, "a string");
  }

  /// Fields that change nothing here.
  void ignore(String... names) {
    asked.addAll(List.of(names));
  }

  /// A field that may only have one value.
  void require(String name, Object only) {
    asked.add(name);
    Object value = fields.get(name);
    boolean same = Objects.equals(value, only);
    if (value instanceof Number a && only instanceof Number b) {
      same = a.doubleValue() == b.doubleValue();
    }
    if (value != null && !same) {
      throw new IllegalArgumentException(
          "switch %s%s = %s is not supported, only %s".formatted(prefix, name, value, only));
    }
  }

  /// Refuses, or names, the fields that nobody asked for.
  void finish() {
    List<String> left =
        fields.keySet().stream()
            .filter(k -> !asked.contains(k))
            .sorted()
            .map(k -> prefix + k)
            .toList();
    if (unknown != null) {
      left.forEach(unknown);
    } else if (!left.isEmpty()) {
      throw new IllegalArgumentException("unknown switch " + String.join(", ", left));
    }
  }

  private Object value(String name) {
    asked.add(name);
    Object value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("switch " + prefix + name + " is missing");
    }
    return value;
  }

  private IllegalArgumentException wrong(String name, String expected) {
    return new IllegalArgumentException(
        "switch %s%s must be %s, got %s".formatted(prefix, name, expected, fields.get(name)));
  }
}
