package dev.d2v.cli.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.DataException;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.embed.Embedder;
import dev.d2v.embed.Encoding;
import dev.d2v.embed.Quantizer;
import dev.d2v.embed.Sample;
import dev.d2v.nn.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/// A text checkpoint of fairseq as it is downloaded: the `.pt` file, and beside it RoBERTa's
/// `encoder.json`, `vocab.bpe` and `dict.txt`, whose lines are numbers of BPE tokens in an order of
/// their own, with words that stand for nothing at the end.
final class PublishedTextTest {
  private static final Path CASES = Path.of("src", "test", "resources", "goldens");
  private static final int ROWS = 64;

  @TempDir private Path folder;

  /// GPT-2's characters for bytes, in its order.
  private static List<String> alphabet() {
    List<String> characters = new ArrayList<>();
    for (int c = 0; c < 256; c++) {
      if ((c >= '!' && c <= '~') || (c >= 0xa1 && c <= 0xac) || c >= 0xae) {
        characters.add(Character.toString(c));
      }
    }
    for (int other = 0; characters.size() < 256; other++) {
      characters.add(Character.toString(256 + other));
    }
    return characters;
  }

  /// The three files for a model of `ROWS` tokens: the letters a to z backwards, `Ġ`, "th", "the".
  private Path published(int lines) throws IOException {
    Path pt = folder.resolve("text.pt");
    Files.copy(CASES.resolve("ckpt_text_legacy.pt"), pt);
    List<String> alphabet = alphabet();
    Map<String, Object> encoder = new LinkedHashMap<>();
    for (String character : alphabet) {
      encoder.put(character, encoder.size());
    }
    encoder.put("th", 256);
    encoder.put("the", 257);
    encoder.put("<|endoftext|>", 258);
    Files.writeString(folder.resolve("encoder.json"), JSON.std.asString(encoder));
    Files.writeString(folder.resolve("vocab.bpe"), "#version: 0.2\nt h\nth e\n");
    StringBuilder dict = new StringBuilder("257 850314647\n256 800385005\n");
    dict.append(alphabet.indexOf("\u0120")).append(" 432911125\n");
    for (char c = 'z'; c >= 'a'; c--) {
      dict.append(alphabet.indexOf(Character.toString(c))).append(" 1000\n");
    }
    for (int i = 29; i < lines; i++) {
      dict.append("madeupword%04d 0\n".formatted(i - 29));
    }
    Files.writeString(folder.resolve("dict.txt"), dict);
    return pt;
  }

  @Test
  void textsAreEmbeddedWithTheVocabularyBesideTheFile() throws IOException {
    Path pt = published(ROWS - 5);
    TextTokenizer tokenizer = TextTokenizer.open(folder);
    assertEquals(ROWS, tokenizer.size());
    // the 4; then "Ġ" 6 and the letters from z = 7 to a = 32; X is unknown
    assertArrayEquals(new int[] {4, 6, 30, 32, 13, 3}, tokenizer.encode("the catX"));
    try (Embedder embedder = Embedder.open(pt)) {
      Encoding encoding = embedder.encode(Sample.of("the catX"));
      assertEquals(6 + 2, encoding.tokens());
      float[] mean = new float[encoding.width()];
      for (int i = 0; i < encoding.output().length; i++) {
        mean[i % mean.length] += encoding.output()[i] / encoding.tokens();
      }
      assertArrayEquals(mean, embedder.embed("the catX"), 1e-5f);
    }
    Path small = folder.resolve("small");
    Quantizer.write(pt, small, Storage.INT8, false);
    assertTrue(Files.isRegularFile(small.resolve("dict.txt")));
    try (Embedder first = Embedder.open(pt);
        Embedder second = Embedder.open(small)) {
      assertArrayEquals(first.embed("the cat"), second.embed("the cat"), 0.1f);
    }
  }

  @Test
  void aVocabularyOfAnotherModelIsRefused() throws IOException {
    Path pt = published(ROWS);
    String message =
        assertThrows(DataException.class, () -> Embedder.open(pt).close()).getMessage();
    assertTrue(
        String.valueOf(message).contains("has 69 tokens, the model 64: is it this model's?"),
        message);
  }
}
