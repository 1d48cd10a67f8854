package dev.d2v.data.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WordSplitterTest {
  /// GPT-2's, with white space as Unicode has it.
  private static final Pattern PATTERN =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static List<String> byPattern(String text) {
    List<String> out = new ArrayList<>();
    Matcher matcher = PATTERN.matcher(text);
    while (matcher.find()) {
      out.add(matcher.group());
    }
    return out;
  }

  private static List<String> split(String text) {
    List<String> out = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int end = WordSplitter.next(text, at, text.length());
      out.add(text.substring(at, end));
      at = end;
    }
    return out;
  }

  @Test
  void piecesAreThoseOfThePattern() {
    for (String text : Texts.ODD) {
      assertEquals(byPattern(text), split(text), text);
    }
    for (int seed = 0; seed < 5_000; seed++) {
      String text = Texts.random(new Random(seed), 30);
      assertEquals(byPattern(text), split(text), "seed " + seed);
    }
  }

  @Test
  void everyCharacterIsOfThePatternsKind() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      String text = "a" + Character.toString(point) + " x";
      if (!byPattern(text).equals(split(text))) {
        assertEquals(byPattern(text), split(text), "U+%04X".formatted(point));
      }
    }
  }

  @Test
  void unpairedSurrogatesAreNeitherLettersNorSpaces() {
    for (String text :
        List.of("a\ud83d", "\ude00b", "\ud83d \ud83d\ud83d\ude00", " \ude00\ud83d1")) {
      assertEquals(byPattern(text), split(text));
    }
  }

  @Test
  void whatIsCertainDoesNotDependOnWhatFollows() {
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      String text = Texts.random(random, 12);
      int certain = WordSplitter.certain(text, 0, text.length());
      List<String> whole = split(text + Texts.random(random, 4));
      List<String> parts = split(text.substring(0, certain));
      assertEquals(parts, whole.subList(0, parts.size()), "seed " + seed);
    }
    assertEquals(5, WordSplitter.certain("Hello world", 0, 11));
  }
}
