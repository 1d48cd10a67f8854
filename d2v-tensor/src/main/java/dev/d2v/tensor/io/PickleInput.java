package dev.d2v.tensor.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The bytes of a pickle, read in order and never past their end.
final class PickleInput {
  private static final ValueLayout.OfDouble BIG_DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int MAX_LINE = 1024;
  private static final int MAX_INTEGER_BYTES = 256;

  private final Path file;
  private final MemorySegment bytes;
  private final long base;
  private final long end;
  private long at;

  /// @param begin byte of `bytes` at which the pickle begins
  /// @param end byte behind it
  /// @param base byte of the file at which `bytes` begin
  PickleInput(Path file, MemorySegment bytes, long begin, long end, long base) {
    this.file = file;
    this.bytes = bytes;
    this.at = begin;
    this.end = end;
    this.base = base;
  }

  /// The next byte's position in `bytes`.
  long position() {
    return at;
  }

  Path file() {
    return file;
  }

  int unsignedByte() {
    need(1);
    return bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
  }

  int unsignedShort() {
    need(2);
    at += 2;
    return bytes.get(MappedFile.SHORT, at - 2) & 0xffff;
  }

  int signedInt() {
    need(4);
    at += 4;
    return bytes.get(MappedFile.INT, at - 4);
  }

  long signedLong() {
    need(8);
    at += 8;
    return bytes.get(MappedFile.LONG, at - 8);
  }

  double bigEndianDouble() {
    need(8);
    at += 8;
    return bytes.get(BIG_DOUBLE, at - 8);
  }

  /// A length of four bytes.
  long length4() {
    return signedInt() & 0xffffffffL;
  }

  byte[] take(long length, long most) {
    if (length < 0 || length > end - at) {
      throw wrong("a length of at most " + (end - at) + ", what is left", "" + length);
    }
    if (length > most) {
      throw wrong("a length of at most " + most, "" + length);
    }
    at += length;
    return bytes.asSlice(at - length, length).toArray(ValueLayout.JAVA_BYTE);
  }

  String utf8(long length, long most) {
    byte[] text = take(length, most);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      FormatException malformed = wrong("a string in UTF-8", "malformed bytes");
      malformed.initCause(e);
      throw malformed;
    }
  }

  /// A whole number of `length` bytes, a Long when one holds it.
  Number integer(long length) {
    byte[] little = take(length, MAX_INTEGER_BYTES);
    byte[] big = new byte[little.length];
    for (int i = 0; i < big.length; i++) {
      big[i] = little[big.length - 1 - i];
    }
    return big.length == 0 ? Long.valueOf(0) : shrunk(new BigInteger(big));
  }

  /// Text up to the end of a line, which is taken too.
  String line() {
    long from = at;
    while (unsignedByte() != '\n') {
      if (at - from > MAX_LINE) {
        throw wrong("a line of at most " + MAX_LINE + " bytes", "a longer one");
      }
    }
    long behind = at;
    at = from;
    String text = utf8(behind - 1 - from, MAX_LINE);
    at = behind;
    return text;
  }

  /// A whole number written out on a line.
  Number decimal(String text) {
    try {
      return shrunk(
          new BigInteger(text.endsWith("L") ? text.substring(0, text.length() - 1) : text));
    } catch (NumberFormatException e) {
      FormatException wrong = wrong("a whole number", "'" + text + "'");
      wrong.initCause(e);
      throw wrong;
    }
  }

  double real(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      FormatException wrong = wrong("a number", "'" + text + "'");
      wrong.initCause(e);
      throw wrong;
    }
  }

  private static Number shrunk(BigInteger value) {
    if (value.bitLength() < Long.SIZE) {
      return value.longValue();
    }
    return value;
  }

  FormatException wrong(String expected, String found) {
    return new FormatException(file, base + at, expected, found);
  }

  private void need(int count) {
    if (count > end - at) {
      throw wrong("a pickle that goes on", "its end");
    }
  }
}
