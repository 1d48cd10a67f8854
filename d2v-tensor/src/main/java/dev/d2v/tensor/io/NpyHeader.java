package dev.d2v.tensor.io;

import dev.d2v.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The header of an npy file: a Python dictionary of `descr`, `fortran_order` and `shape`, checked
/// against the length of the file.
///
/// @param descr type of its elements
/// @param shape extents of the array
/// @param dataBegin byte at which its elements begin
record NpyHeader(String descr, Shape shape, long dataBegin) {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_RANK = 32;
  private static final int ELEMENT_BYTES = 4;

  /// Reads the header of an array of four-byte elements of one of the types `descrs`.
  static NpyHeader read(MappedFile file, byte[] magic, List<String> descrs) {
    Path path = file.file();
    for (int i = 0; i < magic.length; i++) {
      if (file.copy(i, 1)[0] != magic[i]) {
        throw new FormatException(
            path, i, "the magic string \\x93NUMPY", "byte 0x%02x".formatted(file.copy(i, 1)[0]));
      }
    }
    int major = file.copy(6, 1)[0];
    int minor = file.copy(7, 1)[0];
    if (major < 1 || major > 3 || minor != 0) {
      throw new FormatException(path, 6, "version 1.0, 2.0 or 3.0", major + "." + minor);
    }
    int begin = major == 1 ? 10 : 12;
    if (file.size() < begin) {
      throw new FormatException(path, file.size(), "the length of the header", "the file's end");
    }
    long length =
        major == 1
            ? file.bytes().get(MappedFile.SHORT, 8) & 0xffff
            : file.bytes().get(MappedFile.INT, 8) & 0xffffffffL;
    if (length > MAX_BYTES || length > file.size() - begin) {
      throw new FormatException(
          path,
          8,
          "a header length of at most " + Math.min(MAX_BYTES, file.size() - begin),
          "" + length);
    }
    byte[] text = file.copy(begin, (int) length);
    Parser parser = new Parser(path, new String(text, StandardCharsets.ISO_8859_1), begin);
    Shape shape = parser.read(descrs);
    long expected = begin + length + ELEMENT_BYTES * shape.size();
    if (file.size() != expected) {
      throw new FormatException(
          path,
          begin,
          "a file of " + expected + " bytes for shape " + shape,
          "one of " + file.size());
    }
    return new NpyHeader(parser.descr, shape, begin + length);
  }

  /// Reads the dictionary: its keys in any order, each once.
  private static final class Parser {
    private final Path path;
    private final String text;
    private final long offset;
    private int at;
    private String descr = "";

    Parser(Path path, String text, long offset) {
      this.path = path;
      this.text = text;
      this.offset = offset;
    }

    Shape read(List<String> descrs) {
      Set<String> seen = new HashSet<>();
      Shape shape = Shape.of();
      take("{");
      while (!accept("}")) {
        String key = quoted();
        take(":");
        if (!seen.add(key)) {
          throw expected("each key once");
        }
        switch (key) {
          case "descr" -> descr = oneOf(descrs);
          case "fortran_order" -> take("False");
          case "shape" -> shape = tuple();
          default -> throw expected("no key but descr, fortran_order and shape");
        }
        if (!accept(",")) {
          take("}");
          break;
        }
      }
      if (seen.size() != 3) {
        throw expected("the keys descr, fortran_order and shape, not only " + seen);
      }
      skipSpace();
      if (at < text.length()) {
        throw expected("nothing but spaces behind the dictionary");
      }
      return shape;
    }

    private String oneOf(List<String> descrs) {
      for (String one : descrs) {
        if (accept("'" + one + "'")) {
          return one;
        }
      }
      throw expected("'" + String.join("' or '", descrs) + "'");
    }

    private Shape tuple() {
      List<Integer> dims = new ArrayList<>();
      take("(");
      long size = ELEMENT_BYTES;
      while (!accept(")")) {
        int dim = integer();
        if (dims.size() == MAX_RANK || (size > 0 && dim > Long.MAX_VALUE / size)) {
          throw expected("a shape that can be addressed");
        }
        size *= dim;
        dims.add(dim);
        if (!accept(",")) {
          take(")");
          break;
        }
      }
      if (size / ELEMENT_BYTES > Integer.MAX_VALUE - 8) {
        throw expected("a shape of elements that an array holds");
      }
      return Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
    }

    private int integer() {
      skipSpace();
      long value = 0;
      int start = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        value = value * 10 + text.charAt(at) - '0';
        if (value > Integer.MAX_VALUE) {
          throw expected("an extent of 31 bits");
        }
        at++;
      }
      if (at == start) {
        throw expected("an extent");
      }
      return (int) value;
    }

    private String quoted() {
      take("'");
      int end = text.indexOf('\'', at);
      if (end < 0) {
        throw expected("the end of a key");
      }
      String key = text.substring(at, end);
      at = end + 1;
      return key;
    }

    private void take(String word) {
      if (!accept(word)) {
        throw expected(word);
      }
    }

    private boolean accept(String word) {
      skipSpace();
      if (text.startsWith(word, at)) {
        at += word.length();
        return true;
      }
      return false;
    }

    private void skipSpace() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
        at++;
      }
    }

    private FormatException expected(String expected) {
      String rest = text.substring(at, Math.min(text.length(), at + 12));
      return new FormatException(
          path, offset + at, expected, rest.isEmpty() ? "the header's end" : "'" + rest + "'");
    }
  }
}
