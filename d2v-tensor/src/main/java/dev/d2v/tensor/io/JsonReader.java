package dev.d2v.tensor.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A strict reader of JSON in a file or its header (RFC 8259): one value, nothing behind it but
/// spaces. Objects become maps in their order, arrays lists, strings String, integers Long, other
/// numbers Double, then Boolean and [#NULL]. A key twice in one object, nesting deeper than
/// [#MAX_DEPTH], malformed UTF-8 and integers beyond a long are refused.
final class JsonReader {
  /// What `null` becomes.
  static final Object NULL = new Object();

  /// Objects and arrays within one another.
  static final int MAX_DEPTH = 16;

  private final Path file;
  private final byte[] text;
  private final long offset;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private int at;

  private JsonReader(Path file, byte[] text, long offset) {
    this.file = file;
    this.text = text;
    this.offset = offset;
  }

  /// The value in `text`, which stands in the file at byte `offset`.
  static Object read(Path file, byte[] text, long offset) {
    JsonReader reader = new JsonReader(file, text, offset);
    Object value = reader.value(0);
    reader.skipSpace();
    if (reader.at < text.length) {
      throw reader.expected("nothing but spaces behind the JSON value");
    }
    return value;
  }

  private Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw expected("JSON nested at most " + MAX_DEPTH + " deep");
    }
    skipSpace();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", NULL);
      default -> number();
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    take('{');
    skipSpace();
    if (peek() == '}') {
      at++;
      return members;
    }
    while (true) {
      skipSpace();
      int start = at;
      String key = string();
      skipSpace();
      take(':');
      if (members.putIfAbsent(key, value(depth + 1)) != null) {
        at = start;
        throw expected("each key once in an object, not a second \"" + key + "\"");
      }
      skipSpace();
      if (peek() == '}') {
        at++;
        return members;
      }
      take(',');
    }
  }

  private List<Object> array(int depth) {
    List<Object> elements = new ArrayList<>();
    take('[');
    skipSpace();
    if (peek() == ']') {
      at++;
      return elements;
    }
    while (true) {
      elements.add(value(depth + 1));
      skipSpace();
      if (peek() == ']') {
        at++;
        return elements;
      }
      take(',');
    }
  }

  private String string() {
    take('"');
    StringBuilder out = null;
    int run = at;
    while (true) {
      int c = peek();
      if (c == '"' || c == '\\') {
        String text = utf8(run, at);
        at++;
        if (c == '"') {
          return out == null ? text : out.append(text).toString();
        }
        out = (out == null ? new StringBuilder() : out).append(text).append(escape());
        run = at;
      } else if (c < 0x20) {
        throw expected("a character of a string or its closing quote");
      } else {
        at++;
      }
    }
  }

  private char escape() {
    int c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> (char) c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hex();
      default -> {
        at--;
        throw expected("one of \"\\/bfnrtu after a backslash");
      }
    };
  }

  private char hex() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw expected("four hexadecimal digits after \\u");
      }
      value = value << 4 | digit;
      at++;
    }
    return (char) value;
  }

  private String utf8(int from, int to) {
    try {
      return decoder.decode(ByteBuffer.wrap(text, from, to - from)).toString();
    } catch (CharacterCodingException e) {
      FormatException malformed =
          new FormatException(file, offset + from, "a string in UTF-8", "malformed bytes");
      malformed.initCause(e);
      throw malformed;
    }
  }

  private Object number() {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    int first = at;
    int digits = digits();
    boolean leadingZero = digits > 1 && text[first] == '0';
    boolean integer = true;
    if (peek() == '.') {
      integer = false;
      at++;
      digits = Math.min(digits, digits());
    }
    if (peek() == 'e' || peek() == 'E') {
      integer = false;
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits = Math.min(digits, digits());
    }
    if (digits == 0 || leadingZero) {
      at = digits == 0 ? at : start;
      throw expected("a JSON value");
    }
    String word = new String(text, start, at - start, StandardCharsets.US_ASCII);
    try {
      if (integer) {
        return Long.parseLong(word);
      }
      return Double.parseDouble(word);
    } catch (NumberFormatException e) {
      FormatException large =
          new FormatException(file, offset + start, "an integer of 64 bits", word);
      large.initCause(e);
      throw large;
    }
  }

  private int digits() {
    int start = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    return at - start;
  }

  private Object word(String word, Object value) {
    for (int i = 0; i < word.length(); i++) {
      if (peek() != word.charAt(i)) {
        throw expected("'" + word + "'");
      }
      at++;
    }
    return value;
  }

  private void skipSpace() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
      at++;
    }
  }

  private void take(char c) {
    if (peek() != c) {
      throw expected("'" + c + "'");
    }
    at++;
  }

  /// The next byte, 0 to 255; -1 at the end.
  private int peek() {
    return at < text.length ? text[at] & 0xff : -1;
  }

  private FormatException expected(String expected) {
    int c = peek();
    String found =
        c == -1
            ? "the end of the JSON"
            : c > 0x20 && c < 0x7f ? "'" + (char) c + "'" : "byte 0x%02x".formatted(c);
    return new FormatException(file, offset + at, expected, found);
  }
}
