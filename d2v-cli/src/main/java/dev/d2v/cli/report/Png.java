package dev.d2v.cli.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// PNG without java.desktop: eight bits a channel, no filter, one block of compressed rows.
final class Png {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private Png() {}

  /// The picture as `data:image/png;base64,...`.
  static String dataUri(Picture picture) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(encode(picture));
  }

  /// The picture as a file's bytes.
  static byte[] encode(Picture picture) {
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt(picture.width()).putInt(picture.height()).put((byte) 8);
    header.put((byte) colourType(picture.channels())).put(new byte[3]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    chunk(out, "IHDR", header.array());
    chunk(out, "IDAT", compressed(rows(picture)));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static int colourType(int channels) {
    return switch (channels) {
      case 1 -> 0;
      case 3 -> 2;
      default -> 6;
    };
  }

  private static byte[] rows(Picture picture) {
    int row = picture.width() * picture.channels();
    ByteBuffer rows = ByteBuffer.allocate(picture.height() * (row + 1));
    for (int y = 0; y < picture.height(); y++) {
      rows.put((byte) 0).put(picture.pixels(), y * row, row);
    }
    return rows.array();
  }

  private static byte[] compressed(byte[] bytes) {
    try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
      deflater.setInput(bytes);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    }
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
