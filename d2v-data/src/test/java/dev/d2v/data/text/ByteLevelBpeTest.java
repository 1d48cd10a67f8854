package dev.d2v.data.text;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.d2v.data.text.ByteLevelBpe.Merge;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ByteLevelBpeTest {
  private static final ByteLevelBpe GPT2 = Gpt2.load().bpe();

  private static Map<String, Integer> bytes(String... more) {
    Map<String, Integer> tokens = new LinkedHashMap<>();
    for (int b = 0; b < 256; b++) {
      tokens.put(String.valueOf(ByteAlphabet.character(b)), b);
    }
    for (String token : more) {
      tokens.put(token, tokens.size());
    }
    return tokens;
  }

  private static int number(Map<String, Integer> tokens, String token) {
    return Objects.requireNonNull(tokens.get(token), token);
  }

  private static void assertRoundTrip(String text) {
    String back = new String(GPT2.decode(GPT2.encode(text)), StandardCharsets.UTF_8);
    assertEquals(text, back);
  }

  @Test
  void gpt2sNumbersAreGpt2s() {
    assertEquals(50257, GPT2.size());
    assertEquals(50000, GPT2.merges().size());
    assertArrayEquals(
        new int[] {15496, 995, 11, 2116, 12, 16668, 16149, 0},
        GPT2.encode("Hello world, self-supervised!"));
    assertEquals("Ġworld", GPT2.spelling(995));
  }

  @Test
  void anotherLibraryFindsTheSameTokens() {
    Encoding peer = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    for (String text : Texts.ODD) {
      assertArrayEquals(peer.encodeOrdinary(text).toArray(), GPT2.encode(text), text);
    }
    for (int seed = 0; seed < 2_000; seed++) {
      String text = Texts.random(new Random(seed), 60);
      assertArrayEquals(peer.encodeOrdinary(text).toArray(), GPT2.encode(text), "seed " + seed);
    }
    // pieces of hundreds of bytes take the way with the heap
    for (int seed = 0; seed < 200; seed++) {
      String text = Texts.random(new Random(seed), 400).replaceAll("[\\s'!._-]+", "");
      assertArrayEquals(peer.encodeOrdinary(text).toArray(), GPT2.encode(text), "seed " + seed);
    }
  }

  @Test
  void shortAndLongPiecesMergeAlike() {
    Map<String, Integer> tokens = bytes("aa", "ab", "aab", "abb", "aaaa", "ba", "abab");
    // "abb" before its parts' own: not what training makes, but files may hold anything
    List<Merge> merges =
        List.of(
            new Merge("ab", "b"),
            new Merge("b", "a"),
            new Merge("a", "b"),
            new Merge("a", "a"),
            new Merge("ab", "ab"),
            new Merge("aa", "b"),
            new Merge("aa", "aa"));
    MergeTable table = new MergeTable(merges.size());
    for (int i = 0; i < merges.size(); i++) {
      Merge m = merges.get(i);
      table.put(
          number(tokens, m.left()),
          number(tokens, m.right()),
          i,
          number(tokens, m.left() + m.right()));
    }
    PieceMerger merger = new PieceMerger(table);
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      int[] shorter = random.ints(1 + random.nextInt(48), 'a', 'c').toArray();
      int[] longer = new int[shorter.length + 49];
      System.arraycopy(shorter, 0, longer, 0, shorter.length);
      // signs that never merge make the piece long
      Arrays.fill(longer, shorter.length, longer.length, '!');
      int a = merger.merge(shorter, shorter.length);
      int b = merger.merge(longer, longer.length);
      assertEquals(a + 49, b, "seed " + seed);
      assertArrayEquals(Arrays.copyOf(shorter, a), Arrays.copyOf(longer, a), "seed " + seed);
    }
  }

  @Test
  void everyTextComesBack() {
    Texts.ODD.forEach(ByteLevelBpeTest::assertRoundTrip);
    StringBuilder all = new StringBuilder();
    for (int point = 0; point < 0x30000; point++) {
      if (point < 0xd800 || point >= 0xe000) {
        all.appendCodePoint(point);
      }
    }
    assertRoundTrip(all.toString());
    Map<String, Integer> bytes = Gpt2.load(256).tokens();
    for (int b = 0; b < 256; b++) {
      int number = number(bytes, String.valueOf(ByteAlphabet.character(b)));
      assertArrayEquals(new byte[] {(byte) b}, GPT2.decode(new int[] {number}), "byte " + b);
    }
  }

  @Test
  void unpairedSurrogatesAreReplaced() {
    for (String text : List.of("a\ud83d", "\ude00b", "x \ud83dy\ude00 z")) {
      String back = new String(GPT2.decode(GPT2.encode(text)), StandardCharsets.UTF_8);
      assertEquals(text.replace('\ud83d', '\ufffd').replace('\ude00', '\ufffd'), back);
    }
  }

  @Test
  void tenMegabytesInOneLine() {
    assertRoundTrip(" ".repeat(10_000_000) + "x");
    assertRoundTrip("ab12!? 'll\n\t".repeat(800_000));
  }

  @Test
  void aPieceOfAMegabyte() {
    assertOnePieceComesBack(1_000_000);
  }

  @Test
  @Tag("long")
  void aPieceOfTenMegabytes() {
    assertOnePieceComesBack(10_000_000);
  }

  private static void assertOnePieceComesBack(int n) {
    assertRoundTrip("a".repeat(n));
    assertRoundTrip("'".repeat(n));
    assertRoundTrip("\n ".repeat(n / 2));
    String letters =
        new Random(5)
            .ints(n, 'a', 'z' + 1)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    assertRoundTrip(letters);
  }

  @Test
  void whatCannotWorkIsRefused() {
    Map<String, Integer> missing = bytes();
    missing.remove("Ċ");
    missing.put("xx", 10);
    assertRefused("none for byte 0x0a", () -> new ByteLevelBpe("v", missing, List.of()));
    Map<String, Integer> gap = bytes();
    gap.put("ab", 300);
    assertRefused("numbered 0 to 256", () -> new ByteLevelBpe("v", gap, List.of()));
    assertRefused(
        "merge 1 needs the token \"ab\"",
        () -> new ByteLevelBpe("v", bytes(), List.of(new Merge("a", "b"))));
    Merge merge = new Merge("a", "b");
    assertRefused(
        "again as merge 2", () -> new ByteLevelBpe("v", bytes("ab"), List.of(merge, merge)));
    assertThrows(IllegalArgumentException.class, () -> GPT2.decode(new int[] {50257}));
  }
}
