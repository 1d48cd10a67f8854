package dev.d2v.data.text;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextLoaderTest {
  @TempDir Path folder;
  private TextTokenizer tokenizer;
  private TokenStore store;

  @BeforeEach
  void tenLines() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      lines.append("abcdefghij", 0, i + 1).append('\n');
    }
    Path text = Files.writeString(folder.resolve("text.txt"), lines);
    TextSource source = new TextSource(List.of(text), TextUnit.LINE);
    // no merges: a token a letter, 'a' is 4 + 64
    tokenizer = BpeTrainer.train(source, BpeTrainer.SMALLEST);
    store = TokenStore.open(source, tokenizer, folder.resolve("tokens.bin"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private String shown(TextBlocks blocks, int row) {
    int[] ids = new int[blocks.length()];
    int real = blocks.read(row, ids, 0);
    for (int i = real; i < ids.length; i++) {
      assertEquals(1, ids[i]);
    }
    return tokenizer.decode(ids);
  }

  @Test
  void contiguousRowsGoAcrossDocuments() {
    TextBlocks blocks = TextBlocks.contiguous(store, 8);
    assertEquals(65, store.tokens());
    assertEquals(10, blocks.size());
    assertEquals("<s>a</s>ab</s>ab", shown(blocks, 0));
    assertEquals("<s>c</s>abcd</s>", shown(blocks, 1));
    assertEquals("<s>j</s><pad><pad><pad><pad><pad>", shown(blocks, 9));
    assertEquals(1, TextBlocks.contiguous(store, 66).size());
    assertEquals(2, TextBlocks.contiguous(store, 65).size());
    assertThrows(IllegalArgumentException.class, () -> TextBlocks.contiguous(store, 1));
    assertThrows(IllegalArgumentException.class, () -> shown(blocks, 10));
  }

  @Test
  void documentsAreCutOrPadded() {
    TextBlocks blocks = TextBlocks.documents(store, 6);
    assertEquals(10, blocks.size());
    assertEquals("<s>a</s><pad><pad><pad>", shown(blocks, 0));
    assertEquals("<s>abcd</s>", shown(blocks, 3));
    assertEquals("<s>abcd</s>", shown(blocks, 9));
    TextBlocks part = blocks.range(1, 3);
    assertEquals(2, part.size());
    assertEquals("<s>abc</s><pad>", shown(part, 1));
    assertThrows(IllegalArgumentException.class, () -> blocks.range(3, 11));
  }

  private List<int[]> batches(int threads, long... numbers) {
    List<int[]> out = new ArrayList<>();
    TextLoader.Settings settings = new TextLoader.Settings(3, 7, 10, threads, 2);
    try (TextLoader loader = new TextLoader(TextBlocks.documents(store, 8), settings)) {
      for (long number : numbers) {
        TextBatch batch = loader.batch(number);
        assertEquals(3, batch.count());
        assertEquals(8, batch.length());
        out.add(Arrays.copyOf(batch.ids(), 3 * 8));
        out.add(Arrays.copyOf(batch.items(), 3));
      }
    }
    return out;
  }

  @Test
  void everyEpochIsAnotherOrderOfFullBatches() {
    List<List<Integer>> epochs = new ArrayList<>();
    for (int epoch = 0; epoch < 4; epoch++) {
      List<Integer> seen = new ArrayList<>();
      List<int[]> batches = batches(0, 3L * epoch, 3L * epoch + 1, 3L * epoch + 2);
      for (int i = 1; i < batches.size(); i += 2) {
        Arrays.stream(batches.get(i)).forEach(seen::add);
      }
      assertEquals(9, new TreeSet<>(seen).size(), "no row twice in an epoch");
      assertFalse(epochs.contains(seen), "another order");
      epochs.add(seen);
    }
  }

  @Test
  void batchesDependOnTheirNumberAlone() {
    List<int[]> straight = batches(0, 0, 1, 2, 3, 4, 5);
    for (int threads : new int[] {1, 3}) {
      List<int[]> ahead = batches(threads, 0, 1, 2, 3, 4, 5);
      for (int i = 0; i < straight.size(); i++) {
        assertArrayEquals(straight.get(i), ahead.get(i), threads + " threads, array " + i);
      }
      List<int[]> jumping = batches(threads, 4, 1, 1);
      assertArrayEquals(straight.get(8), jumping.get(0));
      assertArrayEquals(straight.get(2), jumping.get(2));
      assertArrayEquals(straight.get(2), jumping.get(4));
    }
  }

  @Test
  void fewerRowsThanABatchGoRound() {
    TextBlocks blocks = TextBlocks.documents(store, 8);
    try (TextLoader loader = new TextLoader(blocks, TextLoader.Settings.of(25, 1, 0))) {
      assertEquals(1, loader.batchesPerEpoch());
      assertEquals(4, loader.epoch(4));
      int[] counts = new int[10];
      for (int item : loader.batch(4).items()) {
        counts[item]++;
      }
      for (int count : counts) {
        assertTrue(count == 2 || count == 3, Arrays.toString(counts));
      }
    }
    assertRefused(
        "at least one row",
        () -> new TextLoader(blocks.range(2, 2), TextLoader.Settings.of(2, 1, 0)).close());
  }

  @Test
  void labelledTextsAreRowsWithClasses() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("train.jsonl"),
            """
            {"text": " abc ", "label": "b"}
            {"text": "abcdefgh", "label": "a"}
            {"text": "", "label": "b"}
            """);
    LabelledText texts = LabelledText.read(file, tokenizer, 6);
    assertEquals(List.of("a", "b"), texts.classNames());
    assertEquals(3, texts.size());
    assertEquals("<s>abc</s>", tokenizer.decode(texts.ids(0)));
    assertEquals("<s>abcd</s>", tokenizer.decode(texts.ids(1)));
    assertEquals("<s></s>", tokenizer.decode(texts.ids(2)));
    assertEquals(" abc ", texts.text(0));
    assertEquals(1, texts.label(0));
    TextBatch batch = texts.batch(1, 2);
    assertEquals("<s>abcd</s><s></s><pad><pad><pad><pad>", tokenizer.decode(batch.ids()));
    assertArrayEquals(new int[] {1, 2}, batch.items());
    assertEquals(
        List.of("a", "b", "c"),
        LabelledText.read(file, tokenizer, 6, List.of("a", "b", "c")).classNames());
    assertRefused(
        "line 1: expected a label of the other part, one of [a], found \"b\"",
        () -> LabelledText.read(file, tokenizer, 6, List.of("a")));
    Path unlabelled = Files.writeString(folder.resolve("no.jsonl"), "{\"text\": \"a\"}\n");
    assertRefused(
        "line 1: expected a \"label\"", () -> LabelledText.read(unlabelled, tokenizer, 6));
    Path none = Files.writeString(folder.resolve("none.jsonl"), "\n");
    assertRefused("found none", () -> LabelledText.read(none, tokenizer, 6));
  }
}
