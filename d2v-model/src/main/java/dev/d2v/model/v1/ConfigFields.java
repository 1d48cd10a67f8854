package dev.d2v.model.v1;

import dev.d2v.tensor.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The fields of a `config.json`. Remembers which were asked for.
final class ConfigFields {
  private final Map<String, Object> fields;
  private final Set<String> asked = new TreeSet<>();

  ConfigFields(Map<String, Object> fields) {
    this.fields = fields;
  }

  private @Nullable Object value(String name) {
    asked.add(name);
    Object value = fields.get(name);
    return value == null || Json.isNull(value) ? null : value;
  }

  boolean has(String name) {
    return value(name) != null;
  }

  int integer(String name, int otherwise) {
    Object value = value(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Long l && l == l.intValue()) {
      return l.intValue();
    }
    throw wrong(name, "a whole number");
  }

  double number(String name, double otherwise) {
    Object value = value(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number n) {
      return n.doubleValue();
    }
    throw wrong(name, "a number");
  }

  boolean flag(String name, boolean otherwise) {
    Object value = value(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Boolean b) {
      return b;
    }
    throw wrong(name, "true or false");
  }

  String text(String name, String otherwise) {
    Object value = value(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof String s) {
      return s;
    }
    throw wrong(name, "a string");
  }

  List<Integer> integers(String name, List<Integer> otherwise) {
    Object value = value(name);
    if (value == null) {
      return otherwise;
    }
    List<Integer> out = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object o : list) {
        if (!(o instanceof Long l) || l != l.intValue()) {
          throw wrong(name, "a list of whole numbers");
        }
        out.add(l.intValue());
      }
      return out;
    }
    throw wrong(name, "a list of whole numbers");
  }

  /// Height and width: a number for both, or a list of two.
  int[] size(String name, int otherwise) {
    if (value(name) instanceof List<?>) {
      List<Integer> list = integers(name, List.of());
      if (list.size() != 2) {
        throw wrong(name, "a number or a list of two");
      }
      return new int[] {list.get(0), list.get(1)};
    }
    int both = integer(name, otherwise);
    return new int[] {both, both};
  }

  /// The first of a list of strings, or nothing.
  String first(String name) {
    if (value(name) instanceof List<?> list && !list.isEmpty()) {
      return String.valueOf(list.getFirst());
    }
    return "";
  }

  /// Entries of an object, or -1 when there is none.
  int entries(String name) {
    return value(name) instanceof Map<?, ?> map ? map.size() : -1;
  }

  /// A switch that may only be off.
  void mustBeOff(String name) {
    if (flag(name, false)) {
      throw new IllegalArgumentException(
          "%s = true is not supported: this version computes encoders without it".formatted(name));
    }
  }

  void ignore(Set<String> names) {
    asked.addAll(names);
  }

  /// Fields that nobody asked for, sorted.
  List<String> unknown() {
    return fields.keySet().stream().filter(k -> !asked.contains(k)).sorted().toList();
  }

  private IllegalArgumentException wrong(String name, String expected) {
    return new IllegalArgumentException(
        "%s must be %s, got %s".formatted(name, expected, fields.get(name)));
  }
}
