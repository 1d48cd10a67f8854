package dev.d2v.data.text;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.text.ByteLevelBpe.Merge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {
  @TempDir Path folder;

  private TextSource source(String... texts) throws Exception {
    List<Path> files = new ArrayList<>();
    for (String text : texts) {
      files.add(Files.writeString(folder.resolve("text" + files.size() + ".txt"), text));
    }
    return TextSource.of(files, TextUnit.PARAGRAPH);
  }

  private static List<String> merges(TextTokenizer tokenizer) {
    return tokenizer.merges().stream().map(m -> m.left() + " " + m.right()).toList();
  }

  /// The definition, counted anew for every merge.
  private static List<String> slowMerges(Map<String, Integer> words, int count) {
    Map<List<String>, Integer> split = new LinkedHashMap<>();
    words.forEach((word, times) -> split.put(List.of(word.split("")), times));
    List<String> merges = new ArrayList<>();
    HashSet<String> made = new HashSet<>();
    while (merges.size() < count) {
      TreeMap<String, Integer> pairs = new TreeMap<>();
      split.forEach((word, times) -> {
        for (int i = 0; i + 1 < word.size(); i++) {
          // U+0000 sorts before every letter, so that a shorter left token comes first
          pairs.merge(word.get(i) + "\0" + word.get(i + 1), times, Integer::sum);
        }
      });
      pairs.keySet().removeIf(pair -> made.contains(pair.replace("\0", "")));
      int most = pairs.values().stream().mapToInt(n -> n).max().orElse(0);
      if (most < 2) {
        break;
      }
      String best =
          pairs.entrySet().stream()
              .filter(e -> e.getValue() == most)
              .findFirst()
              .orElseThrow()
              .getKey();
      merges.add(best.replace(' ', 'Ġ').replace('\0', ' '));
      made.add(best.replace("\0", ""));
      String[] both = best.split("\0");
      Map<List<String>, Integer> next = new LinkedHashMap<>();
      split.forEach((word, times) -> next.merge(merged(word, both), times, Integer::sum));
      split.clear();
      split.putAll(next);
    }
    return merges;
  }

  private static List<String> merged(List<String> word, String[] both) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < word.size(); i++) {
      boolean here =
          i + 1 < word.size() && word.get(i).equals(both[0]) && word.get(i + 1).equals(both[1]);
      out.add(here ? both[0] + both[1] : word.get(i));
      i += here ? 1 : 0;
    }
    return out;
  }

  @Test
  void theMostFrequentPairIsMergedFirstAndTiesGoByTheirBytes() throws Exception {
    // "ab" 3 times, "cd" 3 times, "Ġa" and "Ġc" less often
    TextTokenizer tokenizer = BpeTrainer.train(source("ab cd ab,cd ab cd"), 263);
    assertEquals(List.of("a b", "c d"), merges(tokenizer));
  }

  @Test
  void mergesAreThoseOfTheDefinition() throws Exception {
    for (int seed = 0; seed < 8; seed++) {
      String text = Texts.prose(seed, 300);
      Map<String, Integer> words = new TreeMap<>();
      WordCounts counts = new WordCounts(1_000_000);
      counts.part(WordSplitter.stripped(text), true);
      counts.words().forEach(w -> words.put(w.text(), Math.toIntExact(w.times())));
      TextTokenizer tokenizer = BpeTrainer.train(source(text), 500);
      assertEquals(slowMerges(words, 239), merges(tokenizer), "seed " + seed);
    }
  }

  @Test
  void numbersAreRobertasWay() throws Exception {
    TextTokenizer tokenizer = BpeTrainer.train(source(Texts.prose(1, 2_000)), 400);
    assertEquals(400, tokenizer.size());
    assertEquals(new SpecialTokens(0, 1, 2, 3, OptionalInt.of(399)), tokenizer.special());
    assertEquals("!", tokenizer.spelling(4));
    assertEquals("Ġ", tokenizer.spelling(4 + 220));
    Merge first = tokenizer.merges().getFirst();
    assertEquals(first.left() + first.right(), tokenizer.spelling(260));
    assertEquals("<mask>", tokenizer.spelling(399));
    for (String text : Texts.ODD) {
      assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
    }
  }

  @Test
  void theSameTextGivesTheSameVocabularyAndItsFileReadsAsItself() throws Exception {
    String text = Texts.prose(2, 3_000);
    TextTokenizer one = BpeTrainer.train(source(text, "more"), 500);
    TextTokenizer other = BpeTrainer.train(source("more", text), 500);
    assertEquals(one.fingerprint(), other.fingerprint());
    Path file = folder.resolve("tokenizer.json");
    one.save(file);
    TextTokenizer read = TextTokenizer.open(file);
    assertEquals(one.fingerprint(), read.fingerprint());
    assertEquals(one.special(), read.special());
    assertArrayEquals(one.encode(text), read.encode(text));
  }

  @Test
  void trainingStopsWhenNoPairOccursTwice() throws Exception {
    TextTokenizer tokenizer = BpeTrainer.train(source("abc abc"), 5_000);
    assertEquals(List.of("a b", "ab c"), merges(tokenizer));
    assertEquals(263, tokenizer.size());
  }

  @Test
  void rareWordsGiveWayWhenThereAreTooMany() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("often ").append(Integer.toString(i, 36)).append('x').append("\n\n");
    }
    TextTokenizer tokenizer = BpeTrainer.train(source(text.toString()), 270, 1_000);
    assertTrue(tokenizer.encode("often").length == 1, merges(tokenizer).toString());
    // one very long piece is counted in parts
    assertTrue(BpeTrainer.train(source("abcdefgh".repeat(100_000)), 400).size() > 261);
  }

  @Test
  void whatCannotWorkIsRefused() throws Exception {
    assertThrows(IllegalArgumentException.class, () -> BpeTrainer.train(source("a"), 260));
    assertRefused(
        "expected text to make a vocabulary from",
        () -> BpeTrainer.train(new TextSource(List.of(empty()), TextUnit.LINE), 300));
  }

  private Path empty() {
    try {
      return Files.writeString(folder.resolve("empty.txt"), " \n\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
