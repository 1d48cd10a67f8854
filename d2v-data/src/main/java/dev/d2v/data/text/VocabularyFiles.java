package dev.d2v.data.text;

import dev.d2v.data.DataException;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Recognises a vocabulary and reads what its forms have in common.
final class VocabularyFiles {
  private static final String TOKENIZER = "tokenizer.json";
  private static final String ENCODER = "encoder.json";
  private static final String BPE = "vocab.bpe";
  private static final String DICTIONARY = "dict.txt";
  private static final String VOCABULARY = "vocab.json";
  private static final String MERGES = "merges.txt";

  /// Largest file that is read: ten times RoBERTa's.
  private static final long MAX_BYTES = 1L << 25;

  private static final String FORMS =
      "a tokenizer.json (Hugging Face), encoder.json with vocab.bpe and dict.txt (fairseq), or vocab.json with merges.txt";

  private VocabularyFiles() {}

  static TextTokenizer open(Path path) {
    if (!Files.exists(path)) {
      throw new DataException(
          "%s: expected a vocabulary, found nothing there. Name %s, or their folder."
              .formatted(path.toAbsolutePath(), FORMS));
    }
    return Files.isDirectory(path) ? openFolder(path) : openFile(path);
  }

  private static TextTokenizer openFolder(Path folder) {
    if (has(folder, TOKENIZER)) {
      return TokenizerJson.read(folder.resolve(TOKENIZER), json(folder.resolve(TOKENIZER)));
    }
    if (has(folder, ENCODER) && has(folder, BPE) && has(folder, DICTIONARY)) {
      return FairseqVocabulary.read(
          folder, json(folder.resolve(ENCODER)), folder.resolve(BPE), folder.resolve(DICTIONARY));
    }
    if (has(folder, VOCABULARY) && has(folder, MERGES)) {
      Path file = folder.resolve(VOCABULARY);
      return TokenizerJson.of(
          file.toString(),
          numbers(file.toString(), json(file)),
          merges(folder.resolve(MERGES)),
          false);
    }
    throw new DataException(
        "%s: expected %s in this folder, found %s.".formatted(folder, FORMS, known(folder)));
  }

  private static boolean has(Path folder, String name) {
    return Files.isRegularFile(folder.resolve(name));
  }

  private static String known(Path folder) {
    List<String> there = new ArrayList<>();
    for (String name : List.of(ENCODER, BPE, DICTIONARY, VOCABULARY, MERGES)) {
      if (has(folder, name)) {
        there.add(name);
      }
    }
    return there.isEmpty() ? "none of these" : "only " + String.join(", ", there);
  }

  /// One file of a vocabulary: by its contents, else the rest must lie beside it.
  private static TextTokenizer openFile(Path file) {
    String name = file.getFileName().toString();
    if (List.of(BPE, DICTIONARY, MERGES).contains(name)) {
      return openFolder(folder(file));
    }
    if (!beginsObject(file)) {
      throw new DataException(
          "%s: expected a tokenizer.json, found a file that is not JSON. Name %s, or their folder."
              .formatted(file, FORMS));
    }
    Map<String, Object> object = json(file);
    if (object.containsKey("model")) {
      return TokenizerJson.read(file, object);
    }
    if (List.of(ENCODER, VOCABULARY).contains(name)) {
      return openFolder(folder(file));
    }
    throw new DataException(
        "%s: expected a tokenizer.json, an object with \"model\", found one without. Name %s, or their folder."
            .formatted(file, FORMS));
  }

  private static boolean beginsObject(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(64), StandardCharsets.ISO_8859_1);
      return head.stripLeading().startsWith("{");
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static Path folder(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  static Map<String, Object> json(Path file) {
    try {
      return Json.read(file, MAX_BYTES);
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  /// Tokens and their numbers, as an object of JSON holds them.
  static Map<String, Integer> numbers(String source, Map<?, ?> object) {
    Map<String, Integer> numbers = LinkedHashMap.newLinkedHashMap(object.size());
    object.forEach((token, number) -> {
      if (!(number instanceof Long n) || n < 0 || n > Integer.MAX_VALUE) {
        throw new DataException(
            "%s: expected a number from 0 on for each token, found %s for \"%s\"."
                .formatted(source, describe(number), token));
      }
      numbers.put(String.valueOf(token), n.intValue());
    });
    return numbers;
  }

  /// `vocab.bpe` or `merges.txt`: a merge a line, two tokens and a space; `#version` may come
  /// first.
  static List<ByteLevelBpe.Merge> merges(Path file) {
    List<ByteLevelBpe.Merge> merges = new ArrayList<>();
    try (Utf8Lines lines = Utf8Lines.open(file, MAX_BYTES)) {
      while (lines.next()) {
        String line = lines.text();
        boolean version = lines.number() == 1 && line.startsWith("#version");
        if (!version && !line.isEmpty()) {
          merges.add(merge(file, "line", lines.number(), line));
        }
      }
    }
    return merges;
  }

  /// Two tokens with a space between them.
  ///
  /// @param unit in which a file counts
  /// @param number of this one
  static ByteLevelBpe.Merge merge(Path file, String unit, long number, String line) {
    int space = line.indexOf(' ');
    if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
      throw new DataException(
          "%s: %s %d: expected a merge, two tokens and a space between them, found \"%s\"."
              .formatted(
                  file, unit, number, line.length() > 80 ? line.substring(0, 80) + "..." : line));
    }
    return new ByteLevelBpe.Merge(line.substring(0, space), line.substring(space + 1));
  }

  /// What a value of JSON is, in a word.
  static String describe(Object value) {
    return switch (value) {
      case Map<?, ?> map -> "an object";
      case List<?> list -> "a list";
      case String text -> "\"" + (text.length() > 80 ? text.substring(0, 80) + "..." : text) + "\"";
      case Long number -> number.toString();
      case Double number -> number.toString();
      case Boolean flag -> flag.toString();
      default -> "null";
    };
  }
}
