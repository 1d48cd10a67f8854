package dev.d2v.data.text;

import dev.d2v.data.DataException;
import dev.d2v.data.SkippedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/// Text as the numbers of its tokens, in a file: made once, then read at any place without being in
/// memory. Documents follow one another in the order of the files, each with `</s>` behind it.
///
/// The file knows its vocabulary and the names, sizes and times of what it was made from; when one
/// of them has changed, or the file is damaged, it is made anew. Reading is safe for several
/// threads.
public final class TokenStore implements AutoCloseable {
  private static final int CHECK_BUFFER = 1 << 20;

  /// How a store is opened.
  ///
  /// @param skipLimit how many files may be unreadable; absent for [SkippedFiles#usualLimit]
  /// @param progress is told now and then how many tokens there are, while they are made
  public record Options(OptionalInt skipLimit, LongConsumer progress) {
    /// The usual limit, nobody told.
    public static Options usual() {
      return new Options(OptionalInt.empty(), tokens -> {});
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final TokenStoreHeader header;
  private final SpecialTokens special;
  private final Optional<String> madeBecause;
  private final SkippedFiles skipped;

  private TokenStore(
      Path file,
      FileChannel channel,
      TokenStoreHeader header,
      SpecialTokens special,
      Optional<String> madeBecause,
      SkippedFiles skipped) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.special = special;
    this.madeBecause = madeBecause;
    this.skipped = skipped;
  }

  /// Opens `file`, after making it where it is missing, stale or damaged.
  public static TokenStore open(TextSource source, TextTokenizer tokenizer, Path file) {
    return open(source, tokenizer, file, Options.usual());
  }

  /// The same with options.
  ///
  /// @throws DataException when there is no text, a lone file or too many of them cannot be read,
  ///   `file` cannot be written, or is something else than a file of tokens
  public static TokenStore open(
      TextSource source, TextTokenizer tokenizer, Path file, Options options) {
    byte[] sources = fingerprint(source);
    int total = source.files().size();
    SkippedFiles skipped =
        new SkippedFiles(options.skipLimit().orElse(SkippedFiles.usualLimit(total)), total);
    Optional<String> stale = stale(file, tokenizer, sources);
    if (stale.isPresent()) {
      TokenStoreWriter.write(source, tokenizer, file, sources, skipped, options.progress());
    }
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      Optional<TokenStoreHeader> header = header(channel);
      if (header.isEmpty() || header.get().fileBytes() != channel.size()) {
        channel.close();
        throw new DataException(
            "%s: expected the tokens that were just written, found something else: does another process write this file?"
                .formatted(file));
      }
      return new TokenStore(file, channel, header.get(), tokenizer.special(), stale, skipped);
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  /// Why the file must be made, or nothing when it can be used.
  private static Optional<String> stale(Path file, TextTokenizer tokenizer, byte[] sources) {
    if (!Files.exists(file)) {
      return Optional.of("there was none");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Optional<TokenStoreHeader> header = header(channel);
      if (header.isEmpty() && !begins(channel)) {
        throw new DataException(
            "%s: expected a file of tokens, or none yet, found another file, which is left as it is. Name another."
                .formatted(file));
      }
      if (header.isEmpty() || header.get().fileBytes() != channel.size()) {
        return Optional.of("it was damaged");
      }
      if (!HexFormat.of().formatHex(header.get().vocabulary()).equals(tokenizer.fingerprint())) {
        return Optional.of("the vocabulary is another");
      }
      if (!Arrays.equals(header.get().sources(), sources)) {
        return Optional.of("the text has changed");
      }
      return header.get().checksum() == checksum(channel)
          ? Optional.empty()
          : Optional.of("it was damaged");
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static boolean begins(FileChannel channel) throws IOException {
    return channel.size() == 0 || TokenStoreHeader.begins(first(channel));
  }

  private static Optional<TokenStoreHeader> header(FileChannel channel) throws IOException {
    return TokenStoreHeader.read(first(channel));
  }

  private static ByteBuffer first(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(TokenStoreHeader.BYTES);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
      // read() counts on
    }
    return bytes.flip();
  }

  private static int checksum(FileChannel channel) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(CHECK_BUFFER);
    for (long at = TokenStoreHeader.BYTES; ; ) {
      int n = channel.read(buffer.clear(), at);
      if (n <= 0) {
        return (int) crc.getValue();
      }
      crc.update(buffer.flip());
      at += n;
    }
  }

  private static byte[] fingerprint(TextSource source) {
    MessageDigest digest = TextTokenizer.sha256();
    StringBuilder text = new StringBuilder(source.unit().name());
    for (Path path : source.files()) {
      try {
        text.append('\n').append(path.toAbsolutePath().normalize());
        text.append('\t').append(Files.size(path));
        text.append('\t').append(Files.getLastModifiedTime(path).toMillis());
      } catch (IOException e) {
        throw new DataException("%s cannot be read: %s".formatted(path, e), e);
      }
    }
    return digest.digest(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// Where the tokens lie.
  public Path file() {
    return file;
  }

  /// How many tokens there are, with the `</s>` of every document.
  public long tokens() {
    return header.tokens();
  }

  /// How many documents there are.
  public long documents() {
    return header.documents();
  }

  /// V of the vocabulary.
  public int vocabularySize() {
    return header.vocabularySize();
  }

  /// Its special tokens.
  public SpecialTokens special() {
    return special;
  }

  /// Its [TextTokenizer#fingerprint()].
  public String vocabulary() {
    return HexFormat.of().formatHex(header.vocabulary());
  }

  /// Why the file was made now; nothing when it was there.
  public Optional<String> madeBecause() {
    return madeBecause;
  }

  /// Files that were left out when it was made, now or before.
  public int skippedFiles() {
    return header.skipped();
  }

  /// Those that were left out now, with the reason.
  public SkippedFiles skipped() {
    return skipped;
  }

  /// The first token of a document, from 0.
  public long documentStart(long document) {
    return document == 0 ? 0 : documentEnd(document - 1);
  }

  /// Behind the last token, the `</s>`, of a document.
  public long documentEnd(long document) {
    if (document < 0 || document >= header.documents()) {
      throw new IllegalArgumentException(
          "expected a document in [0, %d), got %d".formatted(header.documents(), document));
    }
    long borders = TokenStoreHeader.BYTES + header.tokens() * header.width();
    long end =
        bytes(borders + document * TokenStoreHeader.BORDER_BYTES, TokenStoreHeader.BORDER_BYTES)
            .getLong();
    if (end <= 0 || end > header.tokens()) {
      throw damaged();
    }
    return end;
  }

  /// Reads `count` tokens from token `from` on into `into`, from `at` on.
  ///
  /// @throws DataException when the file cannot be read, or has been damaged since it was opened
  public void read(long from, int count, int[] into, int at) {
    if (from < 0 || count < 0 || from + count > header.tokens()) {
      throw new IllegalArgumentException(
          "expected tokens within [0, %d), got %d from %d on"
              .formatted(header.tokens(), count, from));
    }
    int width = header.width();
    ByteBuffer bytes =
        bytes(TokenStoreHeader.BYTES + from * width, Math.multiplyExact(count, width));
    for (int i = 0; i < count; i++) {
      int id = width == Short.BYTES ? bytes.getShort() & 0xffff : bytes.getInt();
      if (id < 0 || id >= header.vocabularySize()) {
        throw damaged();
      }
      into[at + i] = id;
    }
  }

  private ByteBuffer bytes(long from, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, from + bytes.position()) < 0) {
          throw damaged();
        }
      }
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
    return bytes.flip();
  }

  private DataException damaged() {
    return new DataException(
        "%s: the file of tokens has been changed or damaged since it was opened. Start again: it will be made anew."
            .formatted(file));
  }

  /// Closes the file.
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DataException("%s cannot be closed: %s".formatted(file, e), e);
    }
  }
}
