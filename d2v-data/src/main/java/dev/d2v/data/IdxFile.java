package dev.d2v.data;

import dev.d2v.data.common.PackedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/// The IDX format of MNIST: a big-endian magic number (type and number of dimensions), the
/// dimensions, then the bytes; plain or gzipped, told by the first two bytes.
final class IdxFile {
  static final int IMAGES = 0x00000803;
  static final int LABELS = 0x00000801;
  private static final int MAX_SIDE = 1 << 14;

  private IdxFile() {}

  /// All images, one array each.
  record Images(byte[][] rows, int height, int width) {}

  /// Reads images, checking magic, counts and length.
  static Images images(Path file) {
    return read(file, in -> images(file, in));
  }

  /// Reads labels, checking magic, count and length.
  static byte[] labels(Path file) {
    return read(
        file,
        in -> {
          magic(file, in, LABELS, "labels (unsigned bytes, 1 dimension)");
          int n = number(file, in, "count of labels");
          byte[] labels = in.readNBytes(n);
          complete(file, in, n, labels.length);
          return labels;
        });
  }

  /// Whether the file begins like an IDX file of unsigned bytes, gzipped or not.
  static boolean looksLikeIdx(Path file) {
    try (InputStream in = PackedFile.open(file)) {
      byte[] head = in.readNBytes(4);
      return head.length == 4 && head[0] == 0 && head[1] == 0 && head[2] == 8 && head[3] <= 4;
    } catch (IOException notIdx) {
      // A file that cannot even be opened is reported by whoever reads it next.
      return false;
    }
  }

  private static Images images(Path file, InputStream in) throws IOException {
    magic(file, in, IMAGES, "images (unsigned bytes, 3 dimensions)");
    int n = number(file, in, "count of images");
    int height = number(file, in, "height");
    int width = number(file, in, "width");
    if (n == 0 || height == 0 || width == 0 || height > MAX_SIDE || width > MAX_SIDE) {
      throw new DataException(
          "%s: expected at least one image with sides of 1 to %d pixels, found %d images of %d x %d."
              .formatted(file, MAX_SIDE, n, width, height));
    }
    long expected = (long) n * height * width;
    byte[][] rows = new byte[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = in.readNBytes(height * width);
      if (rows[i].length < height * width) {
        complete(file, in, expected, (long) i * height * width + rows[i].length);
      }
    }
    complete(file, in, expected, expected);
    return new Images(rows, height, width);
  }

  @FunctionalInterface
  private interface Reading<T> {
    T from(InputStream in) throws IOException;
  }

  private static <T> T read(Path file, Reading<T> reading) {
    try (InputStream in = PackedFile.open(file)) {
      return reading.from(in);
    } catch (IOException e) {
      throw PackedFile.unreadable(file, e);
    }
  }

  private static void magic(Path file, InputStream in, int expected, String what)
      throws IOException {
    byte[] head = in.readNBytes(4);
    int found = head.length == 4 ? bigEndian(head) : -1;
    if (found != expected) {
      throw new DataException(
          "%s: expected an IDX file of %s, magic 0x%08x, found %s."
              .formatted(
                  file,
                  what,
                  expected,
                  head.length == 4 ? "0x%08x".formatted(found) : "only " + head.length + " bytes"));
    }
  }

  private static int number(Path file, InputStream in, String what) throws IOException {
    byte[] bytes = in.readNBytes(4);
    int value = bytes.length == 4 ? bigEndian(bytes) : -1;
    if (value < 0) {
      throw new DataException(
          "%s: expected the %s as a number of 4 bytes in the IDX header, found %s."
              .formatted(file, what, bytes.length == 4 ? value : "the end of the file"));
    }
    return value;
  }

  private static void complete(Path file, InputStream in, long expected, long found)
      throws IOException {
    if (found < expected) {
      throw new DataException(
          "%s: expected %d bytes after the IDX header, found %d: the file is cut short. Fetch or copy it again."
              .formatted(file, expected, found));
    }
    if (in.read() >= 0) {
      throw new DataException(
          "%s: expected %d bytes after the IDX header, found more: header and contents disagree."
              .formatted(file, expected));
    }
  }

  private static int bigEndian(byte[] b) {
    return (b[0] & 0xff) << 24 | (b[1] & 0xff) << 16 | (b[2] & 0xff) << 8 | (b[3] & 0xff);
  }
}
