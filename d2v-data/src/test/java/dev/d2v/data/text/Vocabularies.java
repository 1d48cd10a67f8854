package dev.d2v.data.text;

import dev.d2v.data.text.ByteLevelBpe.Merge;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Vocabulary files for tests, made of the beginning of GPT-2's.
final class Vocabularies {
  private Vocabularies() {}

  /// fairseq's three files. BPE token `i` stands in line `lines - 1 - i` of the dictionary, but for
  /// the first `left out`, which it does not have; a made-up word is the last line.
  static Path fairseq(Path folder, Gpt2 gpt2, int leftOut) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("encoder.json"), object(gpt2.tokens()));
    Files.writeString(folder.resolve("vocab.bpe"), "#version: 0.2\n" + lines(gpt2.merges()));
    StringBuilder dictionary = new StringBuilder();
    for (int id = gpt2.tokens().size() - 1; id >= leftOut; id--) {
      dictionary.append(id).append(' ').append(1000 + id).append('\n');
    }
    Files.writeString(folder.resolve("dict.txt"), dictionary + "madeupword0000 0\n");
    return folder;
  }

  /// The numbers that [#fairseq] gives, as `vocab.json` holds them.
  static Map<String, Integer> numbers(Gpt2 gpt2) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (String special : List.of("<s>", "<pad>", "</s>", "<unk>")) {
      numbers.put(special, numbers.size());
    }
    int last = gpt2.tokens().size() - 1;
    gpt2.tokens().forEach((token, id) -> numbers.put(token, 4 + last - id));
    numbers.put("madeupword0000", numbers.size());
    numbers.put("<mask>", numbers.size());
    return numbers;
  }

  /// `vocab.json` and `merges.txt`.
  static Path pair(Path folder, Gpt2 gpt2) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("vocab.json"), object(numbers(gpt2)));
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n" + lines(gpt2.merges()));
    return folder;
  }

  static String object(Map<String, Integer> numbers) {
    return numbers.entrySet().stream()
        .map(e -> Json.quoted(e.getKey()) + ": " + e.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String lines(List<Merge> merges) {
    List<String> lines = new ArrayList<>();
    merges.forEach(merge -> lines.add(merge.left() + " " + merge.right() + "\n"));
    return String.join("", lines);
  }
}
