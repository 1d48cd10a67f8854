package dev.d2v.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// Files to [Pixels]. Which decoder reads a file is told by its contents, not its name.
///
/// Values are those of Pillow's `convert("RGB")`, or of grey where the file is grey: alpha is
/// dropped, palettes are looked up, of 16 bits the high 8 are kept, colour profiles of grey and RGB
/// files are not applied. Of an animation the first frame counts. The orientation that a camera
/// notes in EXIF is not applied.
///
/// Lossless files and JPEG give what Pillow gives. Lossy WebP differs by a few units at the edges
/// of colours, since the decoder used here repeats each colour sample where Pillow's interpolates.
final class ImageDecoder {
  private static final long MAX_FILE_BYTES = 1L << 29;
  private static final long MAX_PIXELS = 1L << 27;

  private ImageDecoder() {}

  /// Width and height from the header alone.
  static SizeRange size(Path file) throws UnreadableImage {
    return with(file, false, (reader, warnings) -> checkedSize(reader));
  }

  /// The whole image.
  static Pixels decode(Path file) throws UnreadableImage {
    return with(
        file,
        true,
        (reader, warnings) -> {
          checkedSize(reader);
          Pixels pixels = pixels(reader.read(0));
          for (String warning : warnings) {
            String text = warning.toLowerCase(Locale.ROOT);
            if (text.contains("truncated") || text.contains("premature")) {
              throw new UnreadableImage("cut short: " + warning);
            }
          }
          return pixels;
        });
  }

  @FunctionalInterface
  private interface Reading<T> {
    T from(ImageReader reader, List<String> warnings) throws IOException, UnreadableImage;
  }

  private static <T> T with(Path file, boolean whole, Reading<T> reading) throws UnreadableImage {
    try (InputStream bytes = stream(file, whole);
        ImageInputStream in = new MemoryCacheImageInputStream(bytes)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new UnreadableImage("not a PNG, JPEG, WebP, GIF or BMP image");
      }
      ImageReader reader = readers.next();
      try {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener(
            (IIOReadWarningListener) (source, warning) -> warnings.add(warning));
        reader.setInput(in, true, true);
        return reading.from(reader, warnings);
      } finally {
        reader.dispose();
      }
    } catch (NoSuchFileException e) {
      throw new UnreadableImage("the file has gone", e);
    } catch (IOException | RuntimeException e) {
      // Decoders answer damaged data with almost any runtime exception.
      throw new UnreadableImage(reason(e), e);
    }
  }

  private static InputStream stream(Path file, boolean whole) throws IOException, UnreadableImage {
    long bytes = Files.size(file);
    if (bytes == 0) {
      throw new UnreadableImage("the file is empty");
    }
    if (bytes > MAX_FILE_BYTES) {
      throw new UnreadableImage("the file has %d bytes, over the limit".formatted(bytes));
    }
    return whole ? new ByteArrayInputStream(Files.readAllBytes(file)) : Files.newInputStream(file);
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? "damaged: " + e.getClass().getSimpleName() : "damaged: " + message;
  }

  private static SizeRange checkedSize(ImageReader reader) throws IOException, UnreadableImage {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if (width <= 0 || height <= 0 || (long) width * height > MAX_PIXELS) {
      throw new UnreadableImage("%d x %d pixels, over the limit".formatted(width, height));
    }
    return SizeRange.of(width, height);
  }

  static Pixels pixels(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    if (model instanceof IndexColorModel palette) {
      return looked(raster, palette, width, height);
    }
    int bands = raster.getNumBands();
    int space = model.getColorSpace().getType();
    // getRGB would convert grey as if it were linear light; the samples themselves are wanted.
    if (space == ColorSpace.TYPE_GRAY && bands <= 2) {
      return samples(raster, width, height, 1);
    }
    if (space == ColorSpace.TYPE_RGB && bands >= 3) {
      return samples(raster, width, height, 3);
    }
    byte[] out = new byte[width * height * 3];
    int[] row = new int[width];
    for (int y = 0, o = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++, o += 3) {
        store(out, o, row[x]);
      }
    }
    return new Pixels(out, width, height, 3);
  }

  private static Pixels looked(Raster raster, IndexColorModel palette, int width, int height) {
    int[] colours = new int[palette.getMapSize()];
    palette.getRGBs(colours);
    boolean grey = true;
    for (int colour : colours) {
      grey &= (colour >> 16 & 0xff) == (colour & 0xff) && (colour >> 8 & 0xff) == (colour & 0xff);
    }
    int channels = grey ? 1 : 3;
    byte[] out = new byte[width * height * channels];
    int[] row = new int[width];
    for (int y = 0, o = 0; y < height; y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int x = 0; x < width; x++, o += channels) {
        int colour = colours[Math.min(row[x], colours.length - 1)];
        if (grey) {
          out[o] = (byte) colour;
        } else {
          store(out, o, colour);
        }
      }
    }
    return new Pixels(out, width, height, channels);
  }

  private static Pixels samples(Raster raster, int width, int height, int channels) {
    int bands = raster.getNumBands();
    int[] bits = raster.getSampleModel().getSampleSize();
    byte[] out = new byte[width * height * channels];
    int[] row = new int[width * bands];
    for (int y = 0, o = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          int value = row[x * bands + c];
          out[o++] =
              (byte) (bits[c] >= 8 ? value >>> (bits[c] - 8) : value * 255 / ((1 << bits[c]) - 1));
        }
      }
    }
    return new Pixels(out, width, height, channels);
  }

  private static void store(byte[] out, int at, int colour) {
    out[at] = (byte) (colour >> 16);
    out[at + 1] = (byte) (colour >> 8);
    out[at + 2] = (byte) colour;
  }
}
