package dev.d2v.data.text;

import java.util.Arrays;
import java.util.Optional;

/// A printable character for each byte, GPT-2's: `!` to `~`, `¡` to `¬` and `®` to `ÿ` stand for
/// themselves, the other 68 bytes, in their order, for U+0100 on. A space is `Ġ`, a newline `Ċ`.
///
/// Vocabulary files spell tokens with them, so that tokens have no white space inside.
final class ByteAlphabet {
  /// Values of a byte.
  static final int BYTES = 256;

  private static final int NONE = -1;
  private static final char[] CHARACTERS = characters();
  private static final short[] VALUES = values();

  private ByteAlphabet() {}

  /// The character that stands for a byte, given as 0 to 255.
  static char character(int value) {
    return CHARACTERS[value];
  }

  /// How bytes are spelt.
  static String spelt(byte[] bytes) {
    char[] out = new char[bytes.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = CHARACTERS[bytes[i] & 0xff];
    }
    return new String(out);
  }

  /// The bytes that are spelt so, or nothing when a character stands for no byte.
  static Optional<byte[]> bytes(String spelt) {
    byte[] out = new byte[spelt.length()];
    for (int i = 0; i < out.length; i++) {
      char c = spelt.charAt(i);
      if (c >= VALUES.length || VALUES[c] == NONE) {
        return Optional.empty();
      }
      out[i] = (byte) VALUES[c];
    }
    return Optional.of(out);
  }

  private static char[] characters() {
    char[] out = new char[BYTES];
    char next = BYTES;
    for (int b = 0; b < BYTES; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      out[b] = printable ? (char) b : next++;
    }
    return out;
  }

  private static short[] values() {
    int last = 0;
    for (char c : CHARACTERS) {
      last = Math.max(last, c);
    }
    short[] out = new short[last + 1];
    Arrays.fill(out, (short) NONE);
    for (int b = 0; b < BYTES; b++) {
      out[CHARACTERS[b]] = (short) b;
    }
    return out;
  }
}
