package dev.d2v.data.text;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.DataException;
import dev.d2v.tensor.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is in a file: it is read, or refused with a sentence that names the file.
class TextFuzzTest {
  private static final int SHORT = 150;
  private static final int LONG = 10_000;

  @TempDir Path folder;
  private TextTokenizer tokenizer;

  @FunctionalInterface
  private interface Reading {
    void read(Path file) throws Exception;
  }

  @BeforeEach
  void aVocabulary() throws Exception {
    Path text = Files.writeString(folder.resolve("text.txt"), Texts.prose(1, 300));
    tokenizer = BpeTrainer.train(new TextSource(List.of(text), TextUnit.LINE), 290);
  }

  /// Reads `rounds` damaged forms of `sound` under the name `name`.
  private void damaged(String name, byte[] sound, int rounds, Reading reading) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    for (int seed = 0; seed < rounds; seed++) {
      Files.write(file, damaged(sound, new Random(seed)));
      try {
        reading.read(file);
      } catch (DataException | FormatException refused) {
        String message = String.valueOf(refused.getMessage());
        assertTrue(
            message.contains(folder.toString()) && message.length() < 2_000,
            "seed " + seed + ": " + message);
      } catch (RuntimeException | Error defect) {
        throw new AssertionError(name + ", seed " + seed + ": " + defect, defect);
      }
    }
  }

  private static byte[] damaged(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    switch (random.nextInt(6)) {
      case 0 -> {
        bytes = new byte[random.nextInt(400)];
        random.nextBytes(bytes);
      }
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 2 -> bytes = spliced(bytes, random, "[".repeat(1 + random.nextInt(40)));
      case 3 ->
          bytes =
              spliced(
                  bytes,
                  random,
                  List.of(
                          "null",
                          "-1",
                          "1e400",
                          "{}",
                          "\"",
                          "99999999999",
                          "[]",
                          "\\ud800",
                          "\0",
                          "\ufeff",
                          ",",
                          "true")
                      .get(random.nextInt(12)));
      case 4 -> {
        int from = random.nextInt(bytes.length);
        int count = Math.min(bytes.length - from, random.nextInt(60));
        byte[] copy = Arrays.copyOfRange(bytes, from, from + count);
        bytes = spliced(bytes, random, new String(copy, StandardCharsets.ISO_8859_1));
      }
      default -> {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      }
    }
    return bytes;
  }

  /// Puts `text` in place of as many bytes, or between two.
  private static byte[] spliced(byte[] bytes, Random random, String text) {
    byte[] more = text.getBytes(StandardCharsets.ISO_8859_1);
    int from = random.nextInt(bytes.length);
    int to = random.nextBoolean() ? from : Math.min(bytes.length, from + more.length);
    byte[] out = Arrays.copyOf(bytes, bytes.length - (to - from) + more.length);
    System.arraycopy(more, 0, out, from, more.length);
    System.arraycopy(bytes, to, out, from + more.length, bytes.length - to);
    return out;
  }

  private void everything(int rounds) throws Exception {
    Path saved = folder.resolve("tokenizer.json");
    tokenizer.save(saved);
    damaged("v/any.json", Files.readAllBytes(saved), rounds, this::vocabulary);
    Gpt2 gpt2 = Gpt2.load(300);
    Path fairseq = Vocabularies.fairseq(folder.resolve("f"), gpt2, 0);
    for (String name : List.of("encoder.json", "vocab.bpe", "dict.txt")) {
      Vocabularies.fairseq(fairseq, gpt2, 0);
      byte[] sound = Files.readAllBytes(fairseq.resolve(name));
      damaged("f/" + name, sound, rounds, file -> vocabulary(fairseq));
    }
    Path pair = Vocabularies.pair(folder.resolve("p"), gpt2);
    for (String name : List.of("vocab.json", "merges.txt")) {
      Vocabularies.pair(pair, gpt2);
      byte[] sound = Files.readAllBytes(pair.resolve(name));
      damaged("p/" + name, sound, rounds, file -> vocabulary(pair));
    }
    byte[] jsonLines =
        "{\"text\": \"one d\u00e9j\u00e0 vu\", \"label\": \"a\"}\n{\"label\": 2, \"text\": \"x\"}\n"
            .repeat(4)
            .getBytes(StandardCharsets.UTF_8);
    damaged("t/labelled.jsonl", jsonLines, rounds, file -> LabelledText.read(file, tokenizer, 9));
    damaged("t/lines.jsonl", jsonLines, rounds, this::store);
    damaged(
        "t/plain.txt",
        "one d\u00e9j\u00e0 vu\n\nit's\r\n".repeat(9).getBytes(StandardCharsets.UTF_8),
        rounds,
        this::store);
    damaged("t/packed.txt.gz", packed(), rounds, this::store);
  }

  private static byte[] packed() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(Texts.prose(2, 200).getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  private void vocabulary(Path path) {
    TextTokenizer read = TextTokenizer.open(path);
    String text = "it's one d\u00e9j\u00e0 vu 12";
    read.decode(read.encode(text));
  }

  private void store(Path file) {
    TextSource source = TextSource.of(List.of(file), TextUnit.PARAGRAPH);
    try (TokenStore store = TokenStore.open(source, tokenizer, folder.resolve("cache.bin"))) {
      rows(store);
    }
    BpeTrainer.train(source, 270);
  }

  private static void rows(TokenStore store) {
    for (TextBlocks blocks :
        List.of(TextBlocks.contiguous(store, 7), TextBlocks.documents(store, 5))) {
      int[] row = new int[blocks.length()];
      for (int i = 0; i < blocks.size(); i++) {
        blocks.read(i, row, 0);
      }
    }
  }

  @Test
  void damagedFilesAreRefusedByName() throws Exception {
    everything(SHORT);
  }

  @Test
  @Tag("long")
  void manyDamagedFilesAreRefusedByName() throws Exception {
    everything(LONG);
  }

  @Test
  void aDamagedCacheIsMadeAnewOrLeftAloneButNeverRead() throws Exception {
    Path text = folder.resolve("text.txt");
    Files.setLastModifiedTime(text, FileTime.fromMillis(0));
    TextSource source = new TextSource(List.of(text), TextUnit.LINE);
    Path cache = folder.resolve("cache.bin");
    long tokens;
    try (TokenStore store = TokenStore.open(source, tokenizer, cache)) {
      tokens = store.tokens();
    }
    damaged(
        "cache.bin",
        Files.readAllBytes(cache),
        SHORT,
        file -> {
          try (TokenStore store = TokenStore.open(source, tokenizer, file)) {
            assertTrue(store.tokens() == tokens, "all tokens");
            rows(store);
          }
        });
  }
}
