package dev.d2v.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class PassageTextTest {
  private static Exhibit.Passage passage(String... tokens) {
    return new Exhibit.Passage(List.of(tokens));
  }

  private static String box(String text) {
    return "<span class=\"gap\" role=\"img\" aria-label=\"hidden: %1$s\" title=\"%1$s\">%1$s</span>"
        .formatted(text);
  }

  @Test
  @DisplayName("a hidden word is a box with its text, the space before it stays outside")
  void boxes() {
    assertEquals(
        "in " + box("his") + " hand" + box("ker") + box("chief"),
        PassageText.masked(
            passage(" in", " his", " hand", "ker", "chief"),
            new boolean[] {false, true, false, true, true}));
  }

  @Test
  @DisplayName("white space that would not be seen has a sign, hidden or not")
  void whiteSpace() {
    assertEquals(
        "a\u21b5\n\u21e5\tb  c", PassageText.whole(passage("a", "\n", "\t", "b", " ", " c")));
    assertEquals(
        "a" + box("\u21b5\u21b5") + box("\u2423\u2423") + " " + box("b"),
        PassageText.masked(
            passage("a", "\n\n", "  ", " b"), new boolean[] {false, true, true, true}));
  }

  @Test
  @DisplayName("markup, control characters and halves of characters cannot harm the page")
  void escaped() {
    String html =
        PassageText.masked(
            passage("<b>&", "\"<i>", "\u0000\u001b\u007f", "\ud83c", "\u0645"),
            new boolean[] {false, true, false, false, false});
    assertEquals(
        "&lt;b&gt;&amp;" + box("&quot;&lt;i&gt;") + "\u2400\u241b\ufffd\ufffd\u0645", html);
    assertTrue(StandardCharsets.UTF_8.newEncoder().canEncode(html));
  }

  @Test
  @DisplayName("quotes stand on one line; quotes and passages are not endless")
  void shortened() {
    assertEquals(
        "My dear &amp; \u201cyou\u201d",
        PassageText.quoted(passage(" My\n", "  dear &\t\u201cyou\u201d")));
    String quoted =
        PassageText.quoted(new Exhibit.Passage(Collections.nCopies(100, " \ud83c\udf3fword")));
    assertTrue(quoted.length() < 260 && quoted.endsWith("\ud83c\udf3fword \u2026"), quoted);
    String whole = PassageText.whole(new Exhibit.Passage(Collections.nCopies(1_000, " word")));
    assertTrue(whole.startsWith("word word ") && whole.endsWith("word &#8230;"), whole);
    assertEquals(160 * 5 - 1 + 8, whole.length());
    assertEquals("", PassageText.whole(passage()));
  }
}
