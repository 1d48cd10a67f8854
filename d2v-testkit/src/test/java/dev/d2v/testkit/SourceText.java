package dev.d2v.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Just enough of Java's syntax to count lines of methods: braces, comments and literals.
final class SourceText {
  private static final Pattern SKIPPED =
      Pattern.compile(
          "\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*'|//[^\n]*|/\\*.*?\\*/",
          Pattern.DOTALL);
  private static final Pattern TYPE_HEADER =
      Pattern.compile("\\b(?:class|interface|enum|record)\\s+\\w+|@interface\\s+\\w+");
  private static final Pattern METHOD_HEADER = Pattern.compile("(\\w+)\\s*\\(");

  private SourceText() {}

  /// A method and its number of lines, from the first word of its declaration to its last brace.
  record Method(String name, int lines) {}

  /// The source with comments and literals blanked, line for line.
  static String code(String source) {
    Matcher matcher = SKIPPED.matcher(source);
    return matcher.replaceAll(match -> match.group().replaceAll("[^\n]", " "));
  }

  /// All methods and constructors with a body.
  static List<Method> methods(String source) {
    String code = code(source);
    List<Method> methods = new ArrayList<>();
    Deque<Block> open = new ArrayDeque<>();
    int headerFrom = 0;
    for (int i = 0; i < code.length(); i++) {
      switch (code.charAt(i)) {
        case '{' -> {
          boolean member = !open.isEmpty() && open.peek().type();
          open.push(block(code, headerFrom, i, member));
          headerFrom = i + 1;
        }
        case '}' -> {
          Block block = open.pop();
          if (block.method() != null) {
            methods.add(new Method(block.method(), lines(code, block.from(), i)));
          }
          headerFrom = i + 1;
        }
        case ';' -> headerFrom = i + 1;
        default -> {}
      }
    }
    return methods;
  }

  private static Block block(String code, int headerFrom, int brace, boolean member) {
    String header = code.substring(headerFrom, brace);
    int from = headerFrom + header.length() - header.stripLeading().length();
    if (TYPE_HEADER.matcher(header).find()) {
      return new Block(true, null, from);
    }
    // annotations' arguments come before a name that is called with parentheses, so take the last
    // one at the outer level; a field with a lambda has an equals sign
    String outer = header.replaceAll("@\\w+(?:\\s*\\([^)]*\\))?", "");
    Matcher matcher = METHOD_HEADER.matcher(outer);
    boolean method = member && !outer.contains("=") && matcher.find();
    return new Block(false, method ? matcher.group(1) : null, from);
  }

  private static int lines(String code, int from, int to) {
    return (int) code.substring(from, to).chars().filter(c -> c == '\n').count() + 1;
  }

  /// An open brace: of a type, of a method, or another.
  private record Block(boolean type, @Nullable String method, int from) {}
}
