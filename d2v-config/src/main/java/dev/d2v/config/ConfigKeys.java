package dev.d2v.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The full keys of a configuration record, `train.learningRate.peak`, and which of them was meant.
final class ConfigKeys {
  private ConfigKeys() {}

  /// All keys, sections included, in the order in which they are written.
  static List<String> of(Class<?> root) {
    List<String> keys = new ArrayList<>();
    collect(root, "", keys);
    return keys;
  }

  private static void collect(Class<?> type, String prefix, List<String> keys) {
    for (Class<?> record : RecordShape.records(type)) {
      for (RecordShape.Field field : RecordShape.of(record).fields()) {
        String key = prefix + field.key();
        keys.add(key);
        if (RecordShape.isSection(field.type())) {
          collect(field.type(), key + ".", keys);
        }
      }
    }
  }

  /// What to say behind `there is no key 'wanted'`: full keys that end in the same or nearly the
  /// same word, else what the section has.
  static String hint(Class<?> root, String wanted, List<String> siblings, String section) {
    String word = last(wanted);
    List<String> all = of(root);
    List<String> words = all.stream().map(ConfigKeys::last).distinct().toList();
    List<String> near =
        Nearest.to(word, words).stream()
            .flatMap(meant ->
                all.stream()
                    .filter(key -> last(key).equals(meant))
                    .sorted(Comparator.comparingInt(key -> parent(key).equals(section) ? 0 : 1)))
            .limit(3)
            .toList();
    if (!near.isEmpty()) {
      return Nearest.hint(near);
    }
    String where = section.isEmpty() ? "the top level" : section;
    return "; " + where + " has " + String.join(", ", siblings);
  }

  private static String last(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  private static String parent(String key) {
    int dot = key.lastIndexOf('.');
    return dot < 0 ? "" : key.substring(0, dot);
  }
}
