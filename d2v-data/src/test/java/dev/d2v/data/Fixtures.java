package dev.d2v.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;

/// Small files and images for tests.
final class Fixtures {
  private Fixtures() {}

  /// A resource beside the tests.
  static byte[] resource(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The project's folder.
  static Path home() {
    return Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("..").normalize();
  }

  /// An image whose value at (x, y, c) is `first + x + 10 y + 50 c`, modulo 256.
  static Pixels pattern(int width, int height, int channels, int first) {
    byte[] data = new byte[width * height * channels];
    int i = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          data[i++] = (byte) (first + x + 10 * y + 50 * c);
        }
      }
    }
    return new Pixels(data, width, height, channels);
  }

  /// Writes a resource of `formats/` to a file, making its folder.
  static Path copy(String format, Path file) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.write(file, resource("formats/" + format));
  }

  /// An IDX file of `n` images, image i filled with the value i modulo 256.
  static Path idxImages(Path file, int n, int height, int width) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(16 + n * height * width);
    out.putInt(IdxFile.IMAGES).putInt(n).putInt(height).putInt(width);
    for (int i = 0; i < n * height * width; i++) {
      out.put((byte) (i / (height * width)));
    }
    return write(file, out.array());
  }

  /// An IDX file of labels, `i` modulo `classes`.
  static Path idxLabels(Path file, int n, int classes) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(8 + n);
    out.putInt(IdxFile.LABELS).putInt(n);
    for (int i = 0; i < n; i++) {
      out.put((byte) (i % classes));
    }
    return write(file, out.array());
  }

  /// Writes bytes, gzipped if the name ends so.
  static Path write(Path file, byte[] bytes) throws IOException {
    if (!file.toString().endsWith(".gz")) {
      return Files.write(file, bytes);
    }
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes);
    }
    return file;
  }
}
