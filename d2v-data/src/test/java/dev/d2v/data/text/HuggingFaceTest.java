package dev.d2v.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hugging Face's own library reads what is written here, and finds the same numbers.
class HuggingFaceTest {
  @TempDir Path folder;

  private static HuggingFaceTokenizer peer(Path file) throws Exception {
    try {
      return HuggingFaceTokenizer.newInstance(
          file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    } catch (UnsatisfiedLinkError | IllegalStateException | ExceptionInInitializerError e) {
      Assumptions.abort("Hugging Face's native library does not load here: " + e);
      throw e;
    }
  }

  private static void assertAlike(Path file) throws Exception {
    TextTokenizer own = TextTokenizer.open(file);
    try (HuggingFaceTokenizer peer = peer(file)) {
      for (String text : Texts.ODD) {
        // there names of special tokens within a text are special
        if (!text.contains("<s>") && !text.isEmpty()) {
          assertAlike(own, peer, text);
        }
      }
      for (int seed = 0; seed < 1_000; seed++) {
        String text = Texts.random(new Random(seed), 60);
        if (!text.isEmpty()) {
          assertAlike(own, peer, text);
        }
      }
    }
  }

  private static void assertAlike(TextTokenizer own, HuggingFaceTokenizer peer, String text) {
    long[] expected = peer.encode(text, false, false).getIds();
    int[] ids = own.encode(text);
    assertArrayEquals(expected, Arrays.stream(ids).asLongStream().toArray(), text);
    assertEquals(peer.decode(expected, false), own.decode(ids));
  }

  @Test
  void ofAVocabularyThatWasTrainedHere() throws Exception {
    Path text = folder.resolve("text.txt");
    StringBuilder all = new StringBuilder(Texts.prose(3, 20_000));
    Texts.ODD.forEach(
        odd -> all.append(odd.replace("\0", "")).append('\n').append(odd.replace("\0", "")));
    Files.writeString(text, all);
    Path file = folder.resolve("tokenizer.json");
    BpeTrainer.train(new TextSource(List.of(text), TextUnit.LINE), 1_500).save(file);
    assertAlike(file);
  }

  @Test
  void ofGpt2sMerges() throws Exception {
    Path pair = Vocabularies.pair(folder, Gpt2.load());
    Path file = folder.resolve("tokenizer.json");
    TextTokenizer.open(pair).save(file);
    assertAlike(file);
  }
}
