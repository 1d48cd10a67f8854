package dev.d2v.data.text;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenStoreTest {
  @TempDir Path folder;
  private Path text;
  private Path file;
  private TextTokenizer tokenizer;

  @BeforeEach
  void aTextAndItsVocabulary() throws Exception {
    text = Files.writeString(folder.resolve("text.txt"), "one two three\n\nfour\nfive six\n");
    file = folder.resolve("cache/tokens.bin");
    tokenizer = BpeTrainer.train(source(), 270);
  }

  private TextSource source() {
    return new TextSource(List.of(text), TextUnit.LINE);
  }

  private TokenStore open() {
    return TokenStore.open(source(), tokenizer, file);
  }

  private static int[] all(TokenStore store) {
    int[] ids = new int[Math.toIntExact(store.tokens())];
    store.read(0, ids.length, ids, 0);
    return ids;
  }

  private int[] expected(String... documents) {
    IntArray ids = new IntArray(64);
    for (String document : documents) {
      tokenizer.encode(document, true, ids);
      ids.add(tokenizer.special().eos());
    }
    return ids.toArray();
  }

  @Test
  void documentsFollowOneAnotherWithTheirEnds() {
    try (TokenStore store = open()) {
      assertEquals(3, store.documents());
      assertArrayEquals(expected("one two three", "four", "five six"), all(store));
      assertEquals(0, store.documentStart(0));
      int[] four = expected("four");
      int[] read = new int[four.length + 2];
      store.read(store.documentStart(1), four.length, read, 1);
      assertArrayEquals(four, Arrays.copyOfRange(read, 1, read.length - 1));
      assertEquals(store.tokens(), store.documentEnd(2));
      assertEquals(tokenizer.fingerprint(), store.vocabulary());
      assertThrows(IllegalArgumentException.class, () -> store.documentEnd(3));
      assertThrows(
          IllegalArgumentException.class, () -> store.read(store.tokens(), 1, new int[1], 0));
    }
  }

  @Test
  void aLargeVocabularyTakesFourBytes() throws Exception {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (String special : List.of("<s>", "<pad>", "</s>", "<unk>")) {
      numbers.put(special, numbers.size());
    }
    for (int i = 0; i < 70_000; i++) {
      numbers.put("w" + i, numbers.size());
    }
    for (int b = 0; b < 256; b++) {
      numbers.putIfAbsent(String.valueOf(ByteAlphabet.character(b)), numbers.size());
    }
    tokenizer = TokenizerJson.of("large", numbers, List.of(), false);
    try (TokenStore store = open()) {
      assertArrayEquals(expected("one two three", "four", "five six"), all(store));
      assertTrue(all(store)[0] > 70_000);
      assertEquals(128 + store.tokens() * 4 + 3 * 8, Files.size(file));
    }
  }

  @Test
  void itIsMadeOnceAndAnewWhenSomethingHasChanged() throws Exception {
    List<Optional<String>> why = new ArrayList<>();
    for (Runnable change :
        List.<Runnable>of(
            () -> {},
            () -> {},
            () -> write(text, "one two\n"),
            () -> {},
            () -> touch(text),
            () -> tokenizer = BpeTrainer.train(source(), 265),
            () -> {},
            () -> write(file, ""),
            () -> flip(file, 40),
            () -> flip(file, 130),
            () -> cut(file))) {
      change.run();
      try (TokenStore store = open()) {
        why.add(store.madeBecause());
      }
    }
    Optional<String> damaged = Optional.of("it was damaged");
    assertEquals(
        List.of(
            Optional.of("there was none"),
            Optional.empty(),
            Optional.of("the text has changed"),
            Optional.empty(),
            Optional.of("the text has changed"),
            Optional.of("the vocabulary is another"),
            Optional.empty(),
            damaged,
            damaged,
            damaged,
            damaged),
        why);
  }

  private static void write(Path file, String text) {
    change(file, bytes -> text.getBytes(StandardCharsets.UTF_8));
  }

  private static void flip(Path file, int at) {
    change(
        file,
        bytes -> {
          bytes[at] ^= 1;
          return bytes;
        });
  }

  private static void cut(Path file) {
    change(file, bytes -> Arrays.copyOf(bytes, bytes.length - 1));
  }

  private static void change(Path file, UnaryOperator<byte[]> change) {
    try {
      Files.write(file, change.apply(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void filesThatAreNoTextAreLeftOutWholeOrRefuseAll() throws Exception {
    Path bad = folder.resolve("bad.txt");
    Files.write(bad, new byte[] {'f', 'i', 'n', 'e', '\n', (byte) 0xff});
    TextSource alone = new TextSource(List.of(bad), TextUnit.LINE);
    assertRefused("bad.txt: line 2, at byte 5", () -> TokenStore.open(alone, tokenizer, file));
    Path more = Files.writeString(folder.resolve("more.txt"), "seven");
    TextSource among = new TextSource(List.of(text, bad, more), TextUnit.LINE);
    try (TokenStore store = TokenStore.open(among, tokenizer, file)) {
      assertArrayEquals(expected("one two three", "four", "five six", "seven"), all(store));
      assertEquals(1, store.skippedFiles());
      assertTrue(
          store.skipped().summary().contains("bad.txt (line 2, at byte 5"),
          store.skipped().summary());
    }
    try (TokenStore again = TokenStore.open(among, tokenizer, file)) {
      assertEquals(1, again.skippedFiles());
      assertEquals(Optional.empty(), again.madeBecause());
    }
    TokenStore.Options strict = new TokenStore.Options(OptionalInt.of(0), tokens -> {});
    Path other = folder.resolve("other.bin");
    assertRefused(
        "Too many files cannot be read", () -> TokenStore.open(among, tokenizer, other, strict));
    assertTrue(Files.notExists(other));
  }

  @Test
  void nothingIsLeftBehindAndNothingOfOthersIsReplaced() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.txt"), "\n \n");
    assertRefused(
        "expected text, found none",
        () -> TokenStore.open(new TextSource(List.of(empty), TextUnit.LINE), tokenizer, file));
    open().close();
    try (Stream<Path> left = Files.list(folder.resolve("cache"))) {
      assertEquals(List.of(file), left.toList());
    }
    assertRefused("left as it is", () -> TokenStore.open(source(), tokenizer, text));
    assertTrue(Files.readString(text).startsWith("one two"));
  }

  @Test
  void damageWhileItIsOpenIsNoticed() throws Exception {
    try (TokenStore store = open()) {
      byte[] bytes = Files.readAllBytes(file);
      Arrays.fill(bytes, 128, bytes.length, (byte) 0xff);
      Files.write(file, bytes);
      assertRefused("damaged since it was opened", () -> all(store));
      assertRefused("damaged since it was opened", () -> store.documentEnd(0));
    }
  }

  @Test
  void largerThanItsBuffers() throws Exception {
    Random random = new Random(1);
    StringBuilder lines = new StringBuilder();
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      String document = "n" + random.nextInt(1_000_000);
      documents.add(document);
      lines.append(document).append('\n');
    }
    Files.writeString(text, lines);
    try (TokenStore store = open()) {
      assertArrayEquals(expected(documents.toArray(String[]::new)), all(store));
      assertEquals(store.tokens(), store.documentEnd(59_999));
    }
  }
}
