package dev.d2v.data.text;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.DataException;
import dev.d2v.tensor.io.FormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTokenizerTest {
  private static final Gpt2 SMALL = Gpt2.load(2_000);

  @TempDir Path folder;

  private Path saved() throws Exception {
    Path file = folder.resolve("saved/tokenizer.json");
    Files.createDirectories(folder.resolve("saved"));
    TextTokenizer.open(Vocabularies.pair(folder.resolve("pair"), SMALL)).save(file);
    return file;
  }

  /// The saved file with `from` replaced.
  private Path changed(String from, String to) throws Exception {
    String text = Files.readString(saved());
    assertTrue(text.contains(from), from);
    return Files.writeString(folder.resolve("changed.json"), text.replace(from, to));
  }

  @Test
  void fairseqsNumbersAreLinesOfTheDictionary() throws Exception {
    TextTokenizer tokenizer = TextTokenizer.open(Vocabularies.fairseq(folder, SMALL, 0));
    assertEquals(4 + 2_000 + 1 + 1, tokenizer.size());
    assertEquals(new SpecialTokens(0, 1, 2, 3, OptionalInt.of(2_005)), tokenizer.special());
    String text = "Hello world, self-supervised!";
    int[] expected = Arrays.stream(SMALL.bpe().encode(text)).map(id -> 4 + 1_999 - id).toArray();
    assertArrayEquals(expected, tokenizer.encode(text));
    assertEquals(text, tokenizer.decode(expected));
    assertEquals("madeupword0000", tokenizer.decode(new int[] {2_004}));
    assertEquals(
        "<s>a</s><mask>", tokenizer.decode(new int[] {0, expected(tokenizer, "a"), 2, 2_005}));
  }

  private static int expected(TextTokenizer tokenizer, String letter) {
    return tokenizer.encode(letter)[0];
  }

  @Test
  void whatTheDictionaryLeavesOutIsUnknown() throws Exception {
    TextTokenizer tokenizer = TextTokenizer.open(Vocabularies.fairseq(folder, SMALL, 1));
    assertArrayEquals(new int[] {3}, tokenizer.encode("!"));
    assertEquals("<unk>", tokenizer.decode(tokenizer.encode("!")));
    assertRefused("leaves out tokens", () -> tokenizer.save(folder.resolve("out.json")));
  }

  @Test
  void allFormsOfAVocabularyAreOne() throws Exception {
    TextTokenizer fairseq = TextTokenizer.open(Vocabularies.fairseq(folder.resolve("f"), SMALL, 0));
    TextTokenizer pair = TextTokenizer.open(Vocabularies.pair(folder.resolve("p"), SMALL));
    Path file = folder.resolve("tokenizer.json");
    fairseq.save(file);
    TextTokenizer saved = TextTokenizer.open(file);
    TextTokenizer ofFolder = TextTokenizer.open(folder);
    Path withPairs =
        Files.writeString(
            folder.resolve("pairs.json"),
            Files.readString(file)
                .replaceAll("(?m)^( +)\"([^ \"]+) ([^ \"]+)\"(,?)$", "$1[\"$2\", \"$3\"]$4"));
    assertTrue(Files.readString(withPairs).contains("[\"Ġ\", \"t\"]"));
    TextTokenizer pairs = TextTokenizer.open(withPairs);
    TextTokenizer byName = TextTokenizer.open(folder.resolve("f/dict.txt"));
    for (TextTokenizer other : new TextTokenizer[] {pair, saved, ofFolder, pairs, byName}) {
      assertEquals(fairseq.fingerprint(), other.fingerprint());
      for (String text : Texts.ODD) {
        assertArrayEquals(fairseq.encode(text), other.encode(text), text);
      }
    }
    assertEquals(64, fairseq.fingerprint().length());
    TextTokenizer less = TextTokenizer.open(Vocabularies.fairseq(folder.resolve("l"), SMALL, 1));
    assertNotEquals(fairseq.fingerprint(), less.fingerprint());
  }

  @Test
  void allOfGpt2sTokensHaveTheSameNumbersInBothForms() throws Exception {
    Gpt2 whole = Gpt2.load();
    TextTokenizer fairseq = TextTokenizer.open(Vocabularies.fairseq(folder.resolve("f"), whole, 0));
    Path file = folder.resolve("tokenizer.json");
    TextTokenizer.open(Vocabularies.pair(folder.resolve("p"), whole)).save(file);
    TextTokenizer theirs = TextTokenizer.open(file);
    assertEquals(4 + 50_257 + 1 + 1, fairseq.size());
    assertEquals(fairseq.fingerprint(), theirs.fingerprint());
    for (String text : Texts.ODD) {
      assertArrayEquals(fairseq.encode(text), theirs.encode(text), text);
    }
    String prose = Texts.prose(5, 20_000);
    int[] ids = fairseq.encode(prose);
    assertArrayEquals(ids, theirs.encode(prose));
    assertEquals(prose, theirs.decode(ids));
  }

  @Test
  void namesOfSpecialTokensInATextAreText() throws Exception {
    TextTokenizer tokenizer = TextTokenizer.open(saved());
    int[] ids = tokenizer.encode("<s>x</s><mask><pad><unk>");
    assertFalse(Arrays.stream(ids).anyMatch(tokenizer.special()::contains), Arrays.toString(ids));
    assertEquals("<s>x</s><mask><pad><unk>", tokenizer.decode(ids));
  }

  @Test
  void aSpaceComesFirstWhereTheFileAsksForIt() throws Exception {
    TextTokenizer without = TextTokenizer.open(saved());
    TextTokenizer with =
        TextTokenizer.open(
            changed(
                "\"type\": \"ByteLevel\", \"add_prefix_space\": false",
                "\"type\": \"ByteLevel\", \"add_prefix_space\": true"));
    assertArrayEquals(without.encode(" the end"), with.encode("the end"));
    assertArrayEquals(without.encode(" the end"), with.encode(" the end"));
    assertEquals(0, with.encode("").length);
    assertNotEquals(without.fingerprint(), with.fingerprint());
  }

  @Test
  void everyByteComesBackExactly() throws Exception {
    TextTokenizer tokenizer = TextTokenizer.open(saved());
    byte[] all = new byte[256];
    int[] ids = new int[256];
    for (int b = 0; b < 256; b++) {
      all[b] = (byte) b;
      String spelt = String.valueOf(ByteAlphabet.character(b));
      ids[b] =
          IntStream.range(0, tokenizer.size())
              .filter(id -> tokenizer.spelling(id).equals(spelt))
              .findFirst()
              .orElseThrow();
    }
    assertArrayEquals(all, tokenizer.decodeBytes(ids));
    assertEquals(new String(all, StandardCharsets.UTF_8), tokenizer.decode(ids));
    assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {-1}));
    assertThrows(
        IllegalArgumentException.class, () -> tokenizer.decode(new int[] {tokenizer.size()}));
  }

  @Test
  void otherTokenizersAreRefusedByWhatTheyHave() throws Exception {
    record Change(String from, String to, String because) {}
    for (Change change :
        new Change[] {
          new Change(
              "\"type\": \"BPE\"", "\"type\": \"WordPiece\"", "a model of type \"WordPiece\""),
          new Change("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}", "a normalizer"),
          new Change(
              "\"pre_tokenizer\": {\"type\": \"ByteLevel\"",
              "\"pre_tokenizer\": {\"type\": \"Metaspace\"",
              "a pre-tokenizer of type \"Metaspace\""),
          new Change("use_regex\": true", "use_regex\": false", "use_regex false"),
          new Change("byte_fallback\": false", "byte_fallback\": true", "byte_fallback true"),
          new Change("end_of_word_suffix\": \"\"", "end_of_word_suffix\": \"</w>\"", "\"</w>\""),
          new Change("\"dropout\": null", "\"dropout\": 0.1", "dropout 0.1"),
          new Change("\"special\": true", "\"special\": false", "which is not special"),
          new Change("\"<pad>\"", "\"[PAD]\"", "the special tokens <s>, <pad>"),
          new Change("\"<pad>\": 1", "\"<pad>\": -1", "found -1 for \"<pad>\""),
          new Change("\"<pad>\": 1,", "\"<pad>\": 2,", "and 1 in added_tokens"),
          new Change("\"Ġ t\"", "\"Ġ  t\"", "merge 1: expected a merge"),
          new Change("\"Ġ t\"", "[\"Ġ\"]", "merge 1: expected \"a b\""),
          new Change("\"merges\"", "\"murges\"", "no list \"merges\""),
          new Change("\"model\"", "\"modell\"", "found one without")
        }) {
      Path file = changed(change.from(), change.to());
      assertRefused(change.because(), () -> TextTokenizer.open(file));
      assertRefused("changed.json", () -> TextTokenizer.open(file));
    }
  }

  @Test
  void damagedAndMissingFilesAreNamed() throws Exception {
    assertRefused("found nothing there", () -> TextTokenizer.open(folder.resolve("none")));
    assertRefused("found none of these", () -> TextTokenizer.open(folder));
    Path cut = Files.writeString(folder.resolve("cut.json"), "{\"model\": {\"vocab\": {\"a\"");
    FormatException format = assertThrows(FormatException.class, () -> TextTokenizer.open(cut));
    assertEquals(Files.size(cut), format.offset());
    Path fairseq = Vocabularies.fairseq(folder.resolve("fairseq"), SMALL, 0);
    Files.writeString(fairseq.resolve("dict.txt"), "12 5\n13 4\n12 1\n");
    assertRefused("line 3: expected each token once", () -> TextTokenizer.open(fairseq));
    Files.writeString(fairseq.resolve("dict.txt"), "12 5\nhello\n");
    assertRefused(
        "line 2: expected a token, a space and a count", () -> TextTokenizer.open(fairseq));
    Files.writeString(fairseq.resolve("dict.txt"), "the 5\nof 4\n");
    assertRefused("A dictionary of words", () -> TextTokenizer.open(fairseq));
    Files.delete(fairseq.resolve("dict.txt"));
    DataException missing =
        assertThrows(DataException.class, () -> TextTokenizer.open(fairseq.resolve("vocab.bpe")));
    assertTrue(String.valueOf(missing.getMessage()).contains("only encoder.json, vocab.bpe"));
  }
}
