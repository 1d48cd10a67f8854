package dev.d2v.data.text;

import java.nio.charset.StandardCharsets;

/// Text to UTF-8 for the tokenizer.
final class Utf8 {
  private static final char REPLACEMENT = '\ufffd';

  private Utf8() {}

  /// The bytes of characters `from` to `to`. The JDK would write `?` for an unpaired surrogate;
  /// here it is U+FFFD, what decoders put where there is no character.
  static byte[] bytes(String text, int from, int to) {
    byte[] ascii = new byte[to - from];
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return whole(text.substring(from, to)).getBytes(StandardCharsets.UTF_8);
      }
      ascii[i - from] = (byte) c;
    }
    return ascii;
  }

  /// The text with U+FFFD for unpaired surrogates.
  static String whole(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      out = out == null ? new StringBuilder(text) : out;
      out.setCharAt(i, REPLACEMENT);
    }
    return out == null ? text : out.toString();
  }
}
