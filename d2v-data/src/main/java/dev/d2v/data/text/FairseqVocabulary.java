package dev.d2v.data.text;

import dev.d2v.data.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// fairseq's three files. `encoder.json` numbers the BPE tokens, `vocab.bpe` merges them, and
/// `dict.txt` lists, a line each, the decimal number of a BPE token and how often it occurred; the
/// model's number of it is 4 + its line, from 0. Before them come the four special tokens, behind
/// them `<mask>`. A BPE token that `dict.txt` does not list is `<unk>` to the model; a line that is
/// no number of a token, such as `madeupword0000`, takes a number all the same.
final class FairseqVocabulary {
  private FairseqVocabulary() {}

  static TextTokenizer read(
      Path folder, Map<String, Object> encoder, Path mergesFile, Path dictionary) {
    String source = folder.resolve("encoder.json").toString();
    ByteLevelBpe bpe =
        new ByteLevelBpe(
            source, VocabularyFiles.numbers(source, encoder), VocabularyFiles.merges(mergesFile));
    List<String> words = words(dictionary);
    int size = SpecialTokens.LEADING + words.size() + 1;
    SpecialTokens special = SpecialTokens.leading(size);
    String[] spelling = new String[size];
    spelling[special.bos()] = SpecialTokens.BOS;
    spelling[special.pad()] = SpecialTokens.PAD;
    spelling[special.eos()] = SpecialTokens.EOS;
    spelling[special.unk()] = SpecialTokens.UNK;
    spelling[size - 1] = SpecialTokens.MASK;
    int[] numbers = new int[bpe.size()];
    Arrays.fill(numbers, special.unk());
    int listed = 0;
    for (int i = 0; i < words.size(); i++) {
      int number = SpecialTokens.LEADING + i;
      int token = token(words.get(i), bpe.size());
      spelling[number] = token < 0 ? words.get(i) : bpe.spelling(token);
      if (token >= 0) {
        numbers[token] = number;
        listed++;
      }
    }
    if (listed == 0) {
      throw new DataException(
          "%s: expected the decimal numbers of BPE tokens, as in RoBERTa's dict.txt, found none among %d lines. A dictionary of words needs another tokenizer."
              .formatted(dictionary, words.size()));
    }
    return new TextTokenizer(folder.toString(), bpe, numbers, spelling, special, false);
  }

  /// The words of `dict.txt`, in order.
  private static List<String> words(Path file) {
    List<String> words = new ArrayList<>();
    Map<String, Long> lines = new HashMap<>();
    try (Utf8Lines in = Utf8Lines.open(file, 1 << 20)) {
      while (in.next()) {
        String line = in.text().stripTrailing();
        if (line.isEmpty()) {
          continue;
        }
        int space = line.lastIndexOf(' ');
        if (space <= 0 || !line.substring(space + 1).chars().allMatch(c -> c >= '0' && c <= '9')) {
          throw new DataException(
              "%s: line %d: expected a token, a space and a count, found \"%s\"."
                  .formatted(file, in.number(), line));
        }
        String word = line.substring(0, space);
        Long first = lines.putIfAbsent(word, in.number());
        if (first != null) {
          throw new DataException(
              "%s: line %d: expected each token once, found \"%s\", which line %d has."
                  .formatted(file, in.number(), word, first));
        }
        words.add(word);
      }
    }
    return words;
  }

  /// A decimal number below `size`, else -1.
  private static int token(String word, int size) {
    if (word.length() > 9 || !word.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int token = Integer.parseInt(word);
    return token < size ? token : -1;
  }
}
