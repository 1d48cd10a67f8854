package dev.d2v.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What holds for every page: it is well formed, loads nothing, and tells nothing of the machine's
/// folders.
final class PageCheck {
  private static final Pattern ADDRESS =
      Pattern.compile("(?:src|href|url)\\s*[=(]\\s*[\"']?+(?!data:|#)");
  private static final Pattern TAG = Pattern.compile("<(/?)([a-z][a-z0-9]*)([^>]*?)(/?)>");
  private static final Pattern ATTRIBUTES =
      Pattern.compile("(?:\\s+[a-zA-Z-]+=\"[^\"<]*\"|\\s+controls)*\\s*");
  private static final Pattern ID = Pattern.compile(" id=\"([^\"]*)\"");
  private static final Pattern LINK = Pattern.compile(" href=\"#([^\"]*)\"");
  private static final Set<String> VOID = Set.of("meta", "img", "br");

  private PageCheck() {}

  static void wholeAndAlone(String page) {
    assertFalse(ADDRESS.matcher(page).find(), "an address outside the page");
    for (String folder : List.of("user.home", "user.dir", "java.io.tmpdir")) {
      String path = Path.of(System.getProperty(folder)).toString();
      assertFalse(path.length() > 1 && page.contains(path + "/"), "the folder " + path);
    }
    String markup = page.replaceAll("(?s)<(style|script)>.*?</\\1>", "");
    nested(markup);
    Set<String> ids = new HashSet<>();
    Matcher id = ID.matcher(markup);
    while (id.find()) {
      assertTrue(ids.add(id.group(1)), "twice: id " + id.group(1));
    }
    Matcher link = LINK.matcher(markup);
    while (link.find()) {
      assertTrue(ids.contains(link.group(1)), "nothing has the id " + link.group(1));
    }
  }

  /// Every element is closed where it was opened, every attribute is quoted, and no other bracket
  /// stands in the text.
  private static void nested(String markup) {
    String body = markup.substring("<!DOCTYPE html>".length());
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAG.matcher(body);
    int end = 0;
    while (tag.find()) {
      String between = body.substring(end, tag.start());
      assertFalse(between.contains("<") || between.contains(">"), between);
      end = tag.end();
      String name = tag.group(2);
      if (!tag.group(1).isEmpty()) {
        assertEquals(open.pop(), name, () -> "closed before " + tag.start());
      } else {
        assertTrue(ATTRIBUTES.matcher(tag.group(3)).matches(), tag.group());
        if (tag.group(4).isEmpty() && !VOID.contains(name)) {
          open.push(name);
        }
      }
    }
    assertTrue(open.isEmpty(), () -> "never closed: " + open);
  }
}
