package dev.d2v.tensor.io;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands where a pickle asks for an object of a class that is not on the list of those that
/// are made: its name and what it would have been given. Nothing of it ever ran.
public final class PickledObject {
  private final String type;
  private final List<@Nullable Object> arguments;
  private final List<@Nullable Object> items = new ArrayList<>();
  private final Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
  private @Nullable Object state;

  PickledObject(String type, List<@Nullable Object> arguments) {
    this.type = type;
    this.arguments = arguments;
  }

  /// Module and name of the class or function, as `argparse.Namespace`.
  public String type() {
    return type;
  }

  /// Arguments of the call that would have made it.
  public List<@Nullable Object> arguments() {
    return Collections.unmodifiableList(arguments);
  }

  /// What would have been appended to it.
  public List<@Nullable Object> items() {
    return Collections.unmodifiableList(items);
  }

  /// What would have been put into it under keys.
  public Map<@Nullable Object, @Nullable Object> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /// Its state, mostly a map of its fields; null when it has none.
  public @Nullable Object state() {
    return state;
  }

  void append(@Nullable Object item) {
    items.add(item);
  }

  void put(@Nullable Object key, @Nullable Object value) {
    entries.put(key, value);
  }

  void build(@Nullable Object newState) {
    state = newState;
  }

  @Override
  public String toString() {
    return type;
  }
}
