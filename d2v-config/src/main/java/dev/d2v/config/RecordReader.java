package dev.d2v.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Lays what was written over a configuration record and builds the new one, once, so that fields
/// which only fit together can be changed together.
final class RecordReader {
  /// The key of a sealed section that says which of its records it is.
  static final String TYPE = "type";

  /// The field that a sentence of a record's constructor begins with.
  private static final Pattern FIELD =
      Pattern.compile("^([A-Za-z][A-Za-z0-9]*(?:\\.[A-Za-z0-9]+)*)");

  private final Class<?> root;

  RecordReader(Class<?> root) {
    this.root = root;
  }

  /// `base` with the changes; fails with a sentence that names place, key and what was wrong with
  /// it.
  Object read(@Nullable Object base, ConfigNode.Mapping changes) {
    return record(root, base, changes, "", false);
  }

  private @Nullable Object section(
      RecordShape.Field field, @Nullable Object base, ConfigNode node, String path) {
    if (node instanceof ConfigNode.Scalar s && s.isNull() && field.nullable()) {
      return null;
    }
    if (!(node instanceof ConfigNode.Mapping mapping)) {
      throw new ConfigException(
          "%s: %s is a section with keys of its own, got %s"
              .formatted(node.where(), path, node.described()));
    }
    if (!field.type().isSealed()) {
      return record(field.type(), base, mapping, path, false);
    }
    Class<?> type = permitted(field.type(), base, mapping, path);
    return record(type, type.isInstance(base) ? base : null, mapping, path, true);
  }

  private static Class<?> permitted(
      Class<?> sealed, @Nullable Object base, ConfigNode.Mapping mapping, String path) {
    List<Class<?>> types = RecordShape.records(sealed);
    List<String> tags = types.stream().map(RecordShape::tag).toList();
    ConfigNode tag = mapping.entries().get(TYPE);
    if (tag == null && base != null) {
      return base.getClass();
    }
    for (Class<?> type : types) {
      if (tag instanceof ConfigNode.Scalar s && s.text().equalsIgnoreCase(RecordShape.tag(type))) {
        return type;
      }
    }
    throw new ConfigException(
        "%s: %s expects one of %s, got %s"
            .formatted(
                (tag == null ? mapping : tag).where(),
                path + "." + TYPE,
                String.join(", ", tags),
                tag == null ? "nothing" : tag.described()));
  }

  private Object record(
      Class<?> type,
      @Nullable Object base,
      ConfigNode.Mapping mapping,
      String path,
      boolean tagged) {
    RecordShape shape = RecordShape.of(type);
    List<RecordShape.Field> fields = shape.fields();
    refuseUnknown(fields, mapping, path, tagged);
    @Nullable Object[] values = new @Nullable Object[fields.size()];
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      RecordShape.Field field = fields.get(i);
      String key = join(path, field.key());
      ConfigNode node = mapping.entries().get(field.key());
      Object old = base == null ? null : field.of(base);
      if (node == null) {
        values[i] = old;
        if (old == null && base == null && !field.nullable()) {
          missing.add(field.key());
        }
      } else if (RecordShape.isSection(field.type())) {
        values[i] = section(field, old, node, key);
      } else {
        values[i] = ValueReader.read(field, node, key);
      }
    }
    if (!missing.isEmpty()) {
      throw new ConfigException(
          "%s: %s also needs %s"
              .formatted(
                  mapping.where(), path.isEmpty() ? "it" : path, String.join(", ", missing)));
    }
    try {
      return shape.create(values);
    } catch (IllegalArgumentException e) {
      throw refused(type, mapping, path, e);
    }
  }

  private void refuseUnknown(
      List<RecordShape.Field> fields, ConfigNode.Mapping mapping, String path, boolean tagged) {
    List<String> keys = fields.stream().map(RecordShape.Field::key).toList();
    for (Map.Entry<String, ConfigNode> entry : mapping.entries().entrySet()) {
      String key = entry.getKey();
      if (!keys.contains(key) && !(tagged && key.equals(TYPE))) {
        String full = join(path, key);
        throw new ConfigException(
            "%s: there is no key '%s'%s"
                .formatted(
                    entry.getValue().where(), full, ConfigKeys.hint(root, full, keys, path)));
      }
    }
  }

  /// A constructor's sentence, with the full key and the place where that key was written.
  private static ConfigException refused(
      Class<?> type, ConfigNode.Mapping mapping, String path, IllegalArgumentException e) {
    String sentence = String.valueOf(e.getMessage());
    Matcher start = FIELD.matcher(sentence);
    if (start.find()) {
      List<String> steps = List.of(start.group(1).split("\\."));
      for (int skip = 0; skip < steps.size(); skip++) {
        List<String> rest = steps.subList(skip, steps.size());
        if (exists(type, rest)) {
          String key = join(path, String.join(".", rest));
          String where = place(mapping, rest).map(p -> p + ": ").orElse("");
          return new ConfigException(where + key + sentence.substring(start.end()), e);
        }
      }
    }
    String named = path.isEmpty() ? sentence : path + ": " + sentence;
    String where = mapping.where().isEmpty() ? "" : mapping.where() + ": ";
    return new ConfigException(where + named, e);
  }

  private static boolean exists(Class<?> type, List<String> steps) {
    return RecordShape.records(type).stream()
        .flatMap(t -> RecordShape.of(t).fields().stream())
        .anyMatch(f ->
            f.key().equals(steps.getFirst())
                && (steps.size() == 1
                    || (RecordShape.isSection(f.type())
                        && exists(f.type(), steps.subList(1, steps.size())))));
  }

  private static Optional<String> place(ConfigNode node, List<String> steps) {
    if (steps.isEmpty()) {
      return Optional.of(node.where());
    }
    ConfigNode next =
        node instanceof ConfigNode.Mapping m ? m.entries().get(steps.getFirst()) : null;
    return next == null ? Optional.empty() : place(next, steps.subList(1, steps.size()));
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
