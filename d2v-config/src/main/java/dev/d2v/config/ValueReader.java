package dev.d2v.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A single value of a known type out of what was written. Messages read `run.yaml:7: train.batch
/// expects a whole number, got 'many'`.
final class ValueReader {
  private ValueReader() {}

  /// The value of a field that is no section.
  static @Nullable Object read(RecordShape.Field field, ConfigNode node, String path) {
    if (node instanceof ConfigNode.Scalar s && s.isNull()) {
      if (field.nullable()) {
        return null;
      }
      throw expects(path, expected(field.type(), field.element()), node);
    }
    return value(field.type(), field.element(), node, path);
  }

  private static Object value(Class<?> type, Class<?> element, ConfigNode node, String path) {
    if (type == List.class) {
      return list(element, node, path);
    }
    if (!(node instanceof ConfigNode.Scalar scalar)) {
      throw expects(path, expected(type, element), node);
    }
    String text = scalar.text().strip();
    if (type == String.class) {
      return scalar.text();
    }
    if (type.isEnum()) {
      return constant(type, text, scalar, path);
    }
    if (type == boolean.class || type == Boolean.class) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "true" -> true;
        case "false" -> false;
        default -> throw expects(path, expected(type, element), node);
      };
    }
    try {
      BigDecimal number = new BigDecimal(text.replaceAll("(?<=\\d)_(?=\\d)", ""));
      if (type == int.class || type == Integer.class) {
        return number.intValueExact();
      }
      if (type == long.class || type == Long.class) {
        return number.longValueExact();
      }
      if (type == double.class || type == Double.class) {
        return number.doubleValue();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw expects(path, expected(type, element), node);
    }
    throw new IllegalStateException(path + ": configuration fields cannot be " + type.getName());
  }

  private static List<Object> list(Class<?> element, ConfigNode node, String path) {
    if (!(node instanceof ConfigNode.Listing listing)) {
      throw expects(path, expected(List.class, element), node);
    }
    List<Object> values = new ArrayList<>();
    for (ConfigNode item : listing.items()) {
      values.add(value(element, Object.class, item, path + "[" + values.size() + "]"));
    }
    return values;
  }

  private static Object constant(
      Class<?> type, String text, ConfigNode.Scalar scalar, String path) {
    String wanted = text.replace('_', '-');
    for (Object constant : type.getEnumConstants()) {
      if (RecordShape.word((Enum<?>) constant).equalsIgnoreCase(wanted)) {
        return constant;
      }
    }
    throw new ConfigException(
        message(path, expected(type, Object.class), scalar)
            + Nearest.hint(Nearest.to(text, RecordShape.words(type))));
  }

  private static String expected(Class<?> type, Class<?> element) {
    if (type == List.class) {
      return "a list like [0.5, 0.5]";
    }
    if (type.isEnum()) {
      return "one of " + String.join(", ", RecordShape.words(type));
    }
    return switch (type.getSimpleName()) {
      case "int", "Integer", "long", "Long" -> "a whole number";
      case "double", "Double" -> "a number";
      case "boolean", "Boolean" -> "true or false";
      case "String" -> "a text";
      default -> element == Object.class ? type.getSimpleName() : "a list";
    };
  }

  private static ConfigException expects(String path, String expected, ConfigNode node) {
    return new ConfigException(message(path, expected, node));
  }

  private static String message(String path, String expected, ConfigNode node) {
    return "%s: %s expects %s, got %s".formatted(node.where(), path, expected, node.described());
  }
}
