package dev.d2v.data.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The 128 bytes at the beginning of a file of tokens, little-endian:
///
/// | byte | holds |
/// |---|---|
/// | 0 | the 8 bytes `d2v-tok1` |
/// | 8 | bytes of a number of a token, 2 or 4 |
/// | 12 | V, tokens of the vocabulary |
/// | 16 | how many numbers follow the header |
/// | 24 | how many documents they are |
/// | 32 | SHA-256 of the vocabulary |
/// | 64 | SHA-256 of the files' names, sizes and times |
/// | 96 | CRC-32C of all that follows the header |
/// | 100 | files that were left out |
/// | 124 | CRC-32C of bytes 0 to 123 |
///
/// Behind the numbers come the borders, 8 bytes each: where each document ends, its `</s>`
/// included.
///
/// @param width bytes of a number
/// @param vocabularySize V
/// @param tokens how many numbers there are
/// @param documents how many documents there are
/// @param vocabulary fingerprint
/// @param sources fingerprint
/// @param checksum CRC-32C of the body
/// @param skipped files left out
record TokenStoreHeader(
    int width,
    int vocabularySize,
    long tokens,
    long documents,
    byte[] vocabulary,
    byte[] sources,
    int checksum,
    int skipped) {
  static final int BYTES = 128;
  static final int BORDER_BYTES = Long.BYTES;

  private static final byte[] MAGIC = {'d', '2', 'v', '-', 't', 'o', 'k', '1'};
  private static final int HASH_BYTES = 32;
  private static final int OWN_CHECKSUM = 124;

  /// Bytes of a number for a vocabulary.
  static int width(int vocabularySize) {
    return vocabularySize <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
  }

  /// Length of the whole file.
  long fileBytes() {
    return BYTES + tokens * width + documents * BORDER_BYTES;
  }

  ByteBuffer bytes() {
    ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(width).putInt(vocabularySize).putLong(tokens).putLong(documents);
    out.put(vocabulary).put(sources).putInt(checksum).putInt(skipped);
    out.putInt(OWN_CHECKSUM, checksum(out.slice(0, OWN_CHECKSUM)));
    return out.position(0);
  }

  /// Whether a file that begins so says that it is one of tokens.
  static boolean begins(ByteBuffer in) {
    byte[] magic = new byte[Math.min(MAGIC.length, in.limit())];
    in.get(0, magic);
    return Arrays.equals(magic, MAGIC);
  }

  /// The header in its bytes, or nothing when they are damaged.
  static Optional<TokenStoreHeader> read(ByteBuffer in) {
    in.order(ByteOrder.LITTLE_ENDIAN);
    if (in.limit() < BYTES
        || !begins(in)
        || in.getInt(OWN_CHECKSUM) != checksum(in.slice(0, OWN_CHECKSUM))) {
      return Optional.empty();
    }
    in.position(MAGIC.length);
    int width = in.getInt();
    int size = in.getInt();
    long tokens = in.getLong();
    long documents = in.getLong();
    byte[] vocabulary = new byte[HASH_BYTES];
    byte[] sources = new byte[HASH_BYTES];
    in.get(vocabulary).get(sources);
    boolean sound =
        size > 0 && width == width(size) && tokens >= 0 && documents >= 0 && documents <= tokens;
    return sound && tokens < 1L << 56
        ? Optional.of(
            new TokenStoreHeader(
                width, size, tokens, documents, vocabulary, sources, in.getInt(), in.getInt()))
        : Optional.empty();
  }

  private static int checksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header);
    return (int) crc.getValue();
  }
}
