package dev.d2v.data.text;

import dev.d2v.data.DataException;
import dev.d2v.tensor.io.Json;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads JSON lines: `{"text": "...", "label": "..."}`, an object a line. A label may be text or a
/// whole number, or not be there; other members are passed over, and so are empty lines.
final class JsonLines {
  private static final long MAX_LINE = 1L << 26;

  private JsonLines() {}

  /// One object.
  record Document(String text, Optional<String> label, long line) {}

  static void read(Path file, Consumer<Document> use) {
    try (Utf8Lines lines = Utf8Lines.open(file, MAX_LINE)) {
      while (lines.next()) {
        // Also checks that the whole line is UTF-8, with the byte if not.
        if (!lines.text().isBlank()) {
          Map<String, Object> object = Json.object(file, lines.bytes(), lines.offset());
          use.accept(document(file, lines.number(), object));
        }
      }
    }
  }

  private static Document document(Path file, long line, Map<String, Object> object) {
    if (!(object.get("text") instanceof String text)) {
      throw new DataException(
          "%s: line %d: expected an object with a string \"text\", found %s."
              .formatted(file, line, found(object, "text")));
    }
    Object label = object.get("label");
    Optional<String> known =
        switch (label) {
          case String name -> Optional.of(name);
          case Long number -> Optional.of(number.toString());
          case null -> Optional.empty();
          default ->
              throw new DataException(
                  "%s: line %d: expected a label of text or a whole number, found %s."
                      .formatted(file, line, found(object, "label")));
        };
    return new Document(text, known, line);
  }

  private static String found(Map<String, Object> object, String key) {
    Object value = object.get(key);
    return value == null ? "none" : VocabularyFiles.describe(value);
  }
}
