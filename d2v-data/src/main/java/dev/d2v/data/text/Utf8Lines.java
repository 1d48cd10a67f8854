package dev.d2v.data.text;

import dev.d2v.data.DataException;
import dev.d2v.data.common.PackedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// The lines of a file in UTF-8, gzipped or not, one after another: only one is in memory. A line
/// ends with `\n`, `\r\n` or `\r`; a mark U+FEFF at the beginning of the file is passed over.
///
/// Anything that is not UTF-8, and a byte 0, is refused with the file's name, the byte (of the
/// unpacked file), and what it looks like. Not for several threads.
final class Utf8Lines implements AutoCloseable {
  private static final int BLOCK = 1 << 16;
  private static final int END = -1;

  private final Path file;
  private final InputStream in;
  private final long limit;
  private final boolean parts;
  private final byte[] block = new byte[BLOCK];
  private int blockSize;
  private int blockAt;
  private long blockOffset;

  private byte[] line = new byte[256];
  private int length;
  private long offset;
  private long number;
  private boolean ends = true;
  private boolean afterReturn;
  private boolean high;

  private Utf8Lines(Path file, InputStream in, long limit, boolean parts) {
    this.file = file;
    this.in = in;
    this.limit = limit;
    this.parts = parts;
  }

  /// Whole lines of at most so many bytes; a longer one is refused.
  static Utf8Lines open(Path file, long maxBytes) {
    return open(file, maxBytes, false);
  }

  /// Lines in parts: one of more than `bytes` comes in several, cut between two characters.
  static Utf8Lines inParts(Path file, int bytes) {
    return open(file, bytes, true);
  }

  private static Utf8Lines open(Path file, long limit, boolean parts) {
    InputStream in;
    try {
      in = PackedFile.open(file);
    } catch (IOException e) {
      throw PackedFile.unreadable(file, e);
    }
    Utf8Lines lines = new Utf8Lines(file, in, limit, parts);
    try {
      lines.begin();
      return lines;
    } catch (RuntimeException e) {
      lines.close();
      throw e;
    }
  }

  /// Passes over the mark and recognises UTF-16 by its own.
  private void begin() {
    fill();
    int first = blockSize > 0 ? block[0] & 0xff : END;
    int second = blockSize > 1 ? block[1] & 0xff : END;
    if ((first == 0xfe && second == 0xff) || (first == 0xff && second == 0xfe)) {
      throw new DataException(
          "%s: at byte 0: expected text in UTF-8, found the mark of UTF-16 (%02x %02x). Convert it: iconv -f UTF-16 -t UTF-8."
              .formatted(file, first, second));
    }
    if (first == 0xef && second == 0xbb && blockSize > 2 && (block[2] & 0xff) == 0xbf) {
      blockAt = 3;
    }
  }

  /// Goes to the next line or part; false at the end of the file.
  boolean next() {
    length = 0;
    high = false;
    number += ends ? 1 : 0;
    if (afterReturn && peek() == '\n') {
      blockAt++;
    }
    afterReturn = false;
    offset = blockOffset + blockAt;
    int c = peek();
    if (c == END) {
      boolean emptyLast = !ends;
      ends = true;
      return emptyLast;
    }
    while (true) {
      c = peek();
      if (c == '\n' || c == '\r' || c == END) {
        blockAt += c == END ? 0 : 1;
        afterReturn = c == '\r';
        ends = true;
        return true;
      }
      if (length >= limit && (c & 0xc0) != 0x80) {
        if (!parts) {
          throw new DataException(
              "%s: line %d: expected at most %d bytes, found more.".formatted(file, number, limit));
        }
        ends = false;
        return true;
      }
      take(c);
    }
  }

  private void take(int c) {
    if (c == 0) {
      throw new DataException(
          "%s: at byte %d: expected text in UTF-8, found a byte 0. The file is binary, or in UTF-16: then convert it with iconv -f UTF-16 -t UTF-8."
              .formatted(file, blockOffset + blockAt));
    }
    if (length == line.length) {
      line = Arrays.copyOf(line, 2 * length);
    }
    line[length++] = (byte) c;
    high |= c >= 0x80;
    blockAt++;
  }

  private int peek() {
    return blockAt < blockSize || fill() ? block[blockAt] & 0xff : END;
  }

  private boolean fill() {
    blockOffset += blockSize;
    blockAt = 0;
    blockSize = 0;
    try {
      blockSize = in.readNBytes(block, 0, BLOCK);
    } catch (IOException e) {
      throw PackedFile.unreadable(file, e);
    }
    return blockSize > 0;
  }

  /// The line's bytes, a copy.
  byte[] bytes() {
    return Arrays.copyOf(line, length);
  }

  /// The line without its end.
  String text() {
    if (!high) {
      return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }
    String text = new String(line, 0, length, StandardCharsets.UTF_8);
    // The quick decoder writes U+FFFD for what is malformed; whether it was is asked only then.
    if (text.indexOf('\ufffd') >= 0) {
      check();
    }
    return text;
  }

  /// Number of the line, from 1.
  long number() {
    return number;
  }

  /// The byte of the unpacked file at which the line or part begins.
  long offset() {
    return offset;
  }

  /// Whether the line ends here; false for all but its last part.
  boolean ends() {
    return ends;
  }

  private void check() {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.wrap(line, 0, length);
    CharBuffer chars = CharBuffer.allocate(length);
    CoderResult result = decoder.decode(bytes, chars, true);
    if (result.isError()) {
      int at = bytes.position();
      throw new DataException(
          "%s: line %d, at byte %d: expected text in UTF-8, found byte 0x%02x. %s"
              .formatted(file, number, offset + at, line[at] & 0xff, looksLike(at)));
    }
  }

  /// What a malformed byte hints at.
  private String looksLike(int at) {
    boolean last = peek() == END && length - at < 4;
    if (last && (line[at] & 0xff) >= 0xc2 && continues(at + 1)) {
      return "The file is cut short within its last character: fetch or copy it again.";
    }
    int value = line[at] & 0xff;
    boolean amongAscii = (at == 0 || line[at - 1] >= 0) && (at + 1 >= length || line[at + 1] >= 0);
    if (amongAscii && value >= 0xa0) {
      return "In Latin-1 that is '%c': if so, convert it with iconv -f LATIN1 -t UTF-8."
          .formatted((char) value);
    }
    if (amongAscii && value >= 0x80) {
      return "Windows-1252 has quotes and dashes there: if so, convert it with iconv -f WINDOWS-1252 -t UTF-8.";
    }
    return "It is damaged, binary, or in another encoding: convert it with iconv.";
  }

  private boolean continues(int from) {
    for (int i = from; i < length; i++) {
      if ((line[i] & 0xc0) != 0x80) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw PackedFile.unreadable(file, e);
    }
  }
}
