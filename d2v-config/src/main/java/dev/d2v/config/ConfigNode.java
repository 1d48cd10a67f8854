package dev.d2v.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A piece of configuration as it was written, with the place where it stands for messages:
/// `run.yaml:12` or `--set train.batch=8`.
public sealed interface ConfigNode {
  /// Where it was written.
  String where();

  /// How a message calls it.
  String described();

  /// Text that a type is still to be read from.
  ///
  /// @param text as it was written, without quotes
  /// @param literal whether it was quoted, so that `"null"` is a word
  /// @param where it stands
  record Scalar(String text, boolean literal, String where) implements ConfigNode {
    /// Whether it is YAML's null.
    public boolean isNull() {
      return !literal && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
    }

    @Override
    public String described() {
      return isNull() ? "null" : "'" + text + "'";
    }
  }

  /// A sequence.
  ///
  /// @param items in their order
  /// @param where it stands
  record Listing(List<ConfigNode> items, String where) implements ConfigNode {
    /// Copies the list.
    public Listing {
      items = List.copyOf(items);
    }

    @Override
    public String described() {
      return "a list";
    }
  }

  /// Keys and what they hold.
  ///
  /// @param entries in the order in which they were written
  /// @param where it stands
  record Mapping(Map<String, ConfigNode> entries, String where) implements ConfigNode {
    /// `other` laid over this one: nested mappings are joined, everything else is replaced.
    public Mapping with(Mapping other) {
      Map<String, ConfigNode> joined = new LinkedHashMap<>(entries);
      other.entries.forEach((key, value) ->
          joined.merge(
              key,
              value,
              (a, b) ->
                  a instanceof Mapping below && b instanceof Mapping above
                      ? below.with(above)
                      : b));
      return new Mapping(joined, where);
    }

    @Override
    public String described() {
      return "a section";
    }
  }
}
