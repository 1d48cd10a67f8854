package dev.d2v.model.checkpoint;

import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.PickledObject;
import dev.d2v.tensor.io.PickledTuple;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes configurations out of what a file holds: maps with keys that are strings, lists, strings,
/// numbers, Booleans and null. Placeholders of OmegaConf's nodes and of namespaces give what they
/// wrap; any other is its type's name.
final class PlainValues {
  private static final int MAX_DEPTH = 24;
  private static final int MAX_VALUES = 100_000;
  private static final List<String> MODALITIES = List.of("AUDIO", "IMAGE", "TEXT");

  private final Path file;
  private int values;

  private PlainValues(Path file) {
    this.file = file;
  }

  /// The plain form of a map that was read from `file`; empty when the value is none.
  static Map<String, Object> map(Path file, @Nullable Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (new PlainValues(file).plain(value, 0) instanceof Map<?, ?> plain) {
      plain.forEach((k, v) -> map.put(String.valueOf(k), v));
    }
    return map;
  }

  private @Nullable Object plain(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH || ++values > MAX_VALUES) {
      throw new FormatException(
          file,
          0,
          "a configuration of at most %d values, %d deep".formatted(MAX_VALUES, MAX_DEPTH),
          "a larger one");
    }
    return switch (value) {
      case null -> null;
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((k, v) -> copy.put(String.valueOf(k), plain(v, depth + 1)));
        yield copy;
      }
      case List<?> list -> items(list, depth);
      case Set<?> set -> items(new ArrayList<>(set), depth);
      case PickledTuple tuple -> items(tuple.items(), depth);
      case PickledObject object -> wrapped(object, depth);
      case Object o when Json.isNull(o) -> null;
      case String s -> s;
      case Number n -> n;
      case Boolean b -> b;
      default -> value.getClass().getSimpleName();
    };
  }

  private List<@Nullable Object> items(List<?> list, int depth) {
    List<@Nullable Object> copy = new ArrayList<>();
    for (Object item : list) {
      copy.add(plain(item, depth + 1));
    }
    return copy;
  }

  private @Nullable Object wrapped(PickledObject object, int depth) {
    if (object.type().endsWith(".Modality")
        && object.arguments().size() == 1
        && object.arguments().getFirst() instanceof Long number
        && number >= 1
        && number <= MODALITIES.size()) {
      return MODALITIES.get(number.intValue() - 1);
    }
    if (object.state() instanceof Map<?, ?> state) {
      for (String content : List.of("_content", "_val")) {
        if (object.type().startsWith("omegaconf.") && state.containsKey(content)) {
          return plain(state.get(content), depth + 1);
        }
      }
      if (object.type().equals("argparse.Namespace")) {
        return plain(state, depth + 1);
      }
    }
    return object.type();
  }
}
