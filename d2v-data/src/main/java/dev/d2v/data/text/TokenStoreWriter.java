package dev.d2v.data.text;

import dev.d2v.data.DataException;
import dev.d2v.data.SkippedFiles;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.ReplacedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/// Tokenises files into a file of tokens. Memory does not grow with the text: numbers are written
/// as they come, borders of documents into a temporary file beside it, which is appended at the
/// end.
final class TokenStoreWriter implements DocumentSink {
  private static final int BUFFER = 1 << 18;
  private static final long REPORT_EVERY = 1 << 20;

  private final TextTokenizer tokenizer;
  private final FileChannel channel;
  private final FileChannel borders;
  private final LongConsumer progress;
  private final int width;
  private final ByteBuffer out = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer ends = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final IntArray ids = new IntArray(1 << 16);
  private final CRC32C crc = new CRC32C();
  private long tokens;
  private long documents;

  private TokenStoreWriter(
      TextTokenizer tokenizer, FileChannel channel, FileChannel borders, LongConsumer progress) {
    this.tokenizer = tokenizer;
    this.channel = channel;
    this.borders = borders;
    this.progress = progress;
    this.width = TokenStoreHeader.width(tokenizer.size());
  }

  /// Replaces `target`, whole or not at all.
  ///
  /// @param skipped files that cannot be read are noted here and left out
  /// @param progress is told now and then how many tokens there are
  static void write(
      TextSource source,
      TextTokenizer tokenizer,
      Path target,
      byte[] sources,
      SkippedFiles skipped,
      LongConsumer progress) {
    Path folder = target.toAbsolutePath().getParent();
    try {
      if (folder == null) {
        throw new IOException("not the name of a file");
      }
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, ".borders", ".tmp");
      try (FileChannel borders =
          FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        ReplacedFile.write(
            target,
            channel ->
                new TokenStoreWriter(tokenizer, channel, borders, progress)
                    .write(source, sources, skipped));
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("%s cannot be written: %s".formatted(target, e), e);
    }
  }

  private void write(TextSource source, byte[] sources, SkippedFiles skipped) throws IOException {
    channel.position(TokenStoreHeader.BYTES);
    for (Path file : source.files()) {
      if (readable(source, file, skipped)) {
        source.read(file, this);
      }
    }
    if (documents == 0) {
      throw new DataException(
          "%s: expected text, found none. %s"
              .formatted(source.name(), skipped.summary())
              .stripTrailing());
    }
    flush(out, channel, true);
    flush(ends, borders, false);
    appendBorders();
    TokenStoreHeader header =
        new TokenStoreHeader(
            width,
            tokenizer.size(),
            tokens,
            documents,
            HexFormat.of().parseHex(tokenizer.fingerprint()),
            sources,
            (int) crc.getValue(),
            skipped.count());
    ByteBuffer bytes = header.bytes();
    for (long at = 0; bytes.hasRemaining(); ) {
      at += channel.write(bytes, at);
    }
  }

  /// Reads a file once for its errors alone, so that one that must be left out leaves nothing.
  private static boolean readable(TextSource source, Path file, SkippedFiles skipped) {
    try {
      source.read(file, new Nowhere());
      return true;
    } catch (DataException | FormatException e) {
      if (source.files().size() == 1) {
        throw e;
      }
      String message = String.valueOf(e.getMessage());
      String name = file + ": ";
      skipped.note(file, message.startsWith(name) ? message.substring(name.length()) : message);
      return false;
    }
  }

  private record Nowhere() implements DocumentSink {
    @Override
    public void part(String text, boolean begins) {
      // Reading is all.
    }

    @Override
    public void end() {
      // Reading is all.
    }
  }

  @Override
  public void part(String text, boolean begins) {
    ids.clear();
    tokenizer.encode(text, begins, ids);
    for (int i = 0; i < ids.size(); i++) {
      put(ids.get(i));
    }
  }

  @Override
  public void end() {
    put(tokenizer.special().eos());
    documents++;
    if (ends.remaining() < Long.BYTES) {
      flush(ends, borders, false);
    }
    ends.putLong(tokens);
  }

  private void put(int id) {
    if (out.remaining() < width) {
      flush(out, channel, true);
    }
    if (width == Short.BYTES) {
      out.putShort((short) id);
    } else {
      out.putInt(id);
    }
    if (++tokens % REPORT_EVERY == 0) {
      progress.accept(tokens);
    }
  }

  private void appendBorders() throws IOException {
    borders.position(0);
    while (true) {
      ends.clear();
      if (borders.read(ends) < 0) {
        return;
      }
      flush(ends, channel, true);
    }
  }

  private void flush(ByteBuffer buffer, FileChannel to, boolean checked) {
    buffer.flip();
    if (checked) {
      crc.update(buffer.duplicate());
    }
    try {
      while (buffer.hasRemaining()) {
        to.write(buffer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    buffer.clear();
  }
}
