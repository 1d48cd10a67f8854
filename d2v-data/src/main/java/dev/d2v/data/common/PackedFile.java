package dev.d2v.data.common;

import dev.d2v.data.DataException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// A file that may be gzipped, told by its first two bytes.
public final class PackedFile {
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BUFFER = 1 << 16;

  private PackedFile() {}

  /// The bytes, unpacked.
  public static InputStream open(Path file) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      raw.mark(2);
      int magic = raw.read() << 8 | raw.read();
      raw.reset();
      return magic == GZIP_MAGIC
          ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER)
          : raw;
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  /// A failure while reading, as a sentence.
  public static DataException unreadable(Path file, IOException failure) {
    return failure instanceof EOFException || failure instanceof ZipException
        ? new DataException(
            "%s: the gzip data are cut short or damaged (%s). Fetch or copy the file again."
                .formatted(file, failure.getMessage()),
            failure)
        : new DataException("%s cannot be read: %s".formatted(file, failure), failure);
  }
}
