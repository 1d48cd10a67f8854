package dev.d2v.data.speech;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Small sounds for tests.
final class Sounds {
  private Sounds() {}

  /// A resource beside the tests.
  static byte[] resource(String name) {
    try (InputStream in = Sounds.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes a resource to a file, making its folder.
  static Path copy(String resource, Path file) throws IOException {
    return write(file, resource(resource));
  }

  /// Writes a file, making its folder.
  static Path write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.write(file, bytes);
  }

  /// The averages over `channels` of interleaved floats.
  static float[] floats(String resource, int channels) {
    ByteBuffer in = ByteBuffer.wrap(resource(resource)).order(ByteOrder.LITTLE_ENDIAN);
    float[] out = new float[in.remaining() / 4 / channels];
    for (int i = 0; i < out.length; i++) {
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        sum += in.getFloat();
      }
      out[i] = (float) (sum / channels);
    }
    return out;
  }

  /// The averages over `channels` of interleaved integers of 32 bits.
  static float[] integers(String resource, int channels) {
    ByteBuffer in = ByteBuffer.wrap(resource(resource)).order(ByteOrder.LITTLE_ENDIAN);
    float[] out = new float[in.remaining() / 4 / channels];
    for (int i = 0; i < out.length; i++) {
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        sum += in.getInt();
      }
      out[i] = (float) (sum / channels / 0x1p31);
    }
    return out;
  }

  /// A WAV file of PCM.
  static byte[] wav(int rate, int channels, int bits, byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(44 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    int frame = channels * bits / 8;
    out.put(letters("RIFF")).putInt(36 + data.length).put(letters("WAVE"));
    out.put(letters("fmt ")).putInt(16).putShort((short) 1).putShort((short) channels);
    out.putInt(rate).putInt(rate * frame).putShort((short) frame).putShort((short) bits);
    out.put(letters("data")).putInt(data.length).put(data);
    return out.array();
  }

  /// A mono WAV file of 16 bits: a sine of `hertz`, a quarter of full scale.
  static byte[] sine(int rate, int samples, double hertz) {
    ByteBuffer data = ByteBuffer.allocate(2 * samples).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < samples; i++) {
      data.putShort((short) Math.rint(8192 * Math.sin(2 * Math.PI * hertz * i / rate)));
    }
    return wav(rate, 1, 16, data.array());
  }

  static byte[] letters(String text) {
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) text.charAt(i);
    }
    return bytes;
  }

  /// Gives every page of an Ogg file the checksum of what it holds.
  static void repairPages(byte[] bytes) {
    List<Integer> pages = new ArrayList<>();
    for (int i = 0; i + 27 < bytes.length; i++) {
      if (bytes[i] == 'O' && bytes[i + 1] == 'g' && bytes[i + 2] == 'g' && bytes[i + 3] == 'S') {
        pages.add(i);
      }
    }
    for (int at : pages) {
      int end = at + 27 + (bytes[at + 26] & 0xff);
      for (int i = at + 27; i < Math.min(at + 27 + (bytes[at + 26] & 0xff), bytes.length); i++) {
        end += bytes[i] & 0xff;
      }
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 22, 0);
      int crc = 0;
      for (int i = at; i < Math.min(end, bytes.length); i++) {
        crc ^= bytes[i] << 24;
        for (int bit = 0; bit < 8; bit++) {
          crc = (crc << 1) ^ ((crc >> 31) & 0x04c11db7);
        }
      }
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 22, crc);
    }
  }
}
