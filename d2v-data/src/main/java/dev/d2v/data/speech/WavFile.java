package dev.d2v.data.speech;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// RIFF WAVE: chunks of a name, a length and bytes padded to an even number, in any order. `fmt `
/// says how `data` is to be read; others are passed over.
final class WavFile implements AudioFile {
  private static final int PCM = 1;
  private static final int FLOAT = 3;
  private static final int EXTENSIBLE = 0xfffe;
  private static final long STREAMED = 0xffffffffL;
  private static final int MAX_CHANNELS = 64;
  private static final int MAX_CHUNKS = 1_000;
  private static final int BLOCK = 1 << 14;

  private record Format(boolean real, int channels, int rate, int bytes) {
    int frame() {
      return channels * bytes;
    }
  }

  private final AudioBytes file;
  private final Format format;
  private final int dataAt;
  private final int frames;

  private WavFile(AudioBytes file, Format format, int dataAt, int frames) {
    this.file = file;
    this.format = format;
    this.dataAt = dataAt;
    this.frames = frames;
  }

  static WavFile open(AudioBytes file, int start) throws UnreadableAudio {
    Format format = null;
    long dataAt = -1;
    long dataBytes = 0;
    long at = start + 12L;
    for (int chunk = 0; format == null || dataAt < 0; chunk++) {
      ByteBuffer head = file.at((int) at, 8);
      if (head.remaining() < 8 || chunk == MAX_CHUNKS) {
        throw file.unreadable(
            "ends without a chunk of %s".formatted(format == null ? "the format" : "samples"));
      }
      long length = head.getInt(4) & 0xffffffffL;
      long rest = file.size() - at - 8;
      if (AudioDecoder.begins(head, 0, "data") && dataAt < 0) {
        dataAt = at + 8;
        dataBytes = length == STREAMED ? rest : length;
        length = dataBytes;
      } else if (AudioDecoder.begins(head, 0, "fmt ") && format == null) {
        format = format(file, file.at((int) at + 8, (int) Math.min(length, 40)));
      }
      if (length > rest) {
        throw file.unreadable(
            "cut short: a chunk of %d bytes begins where %d are left".formatted(length, rest));
      }
      at += 8 + length + (length & 1);
      at = Math.min(at, file.size());
    }
    return new WavFile(file, format, (int) dataAt, (int) (dataBytes / format.frame()));
  }

  private static Format format(AudioBytes file, ByteBuffer chunk) throws UnreadableAudio {
    if (chunk.remaining() < 16) {
      throw file.unreadable("its format chunk has %d bytes".formatted(chunk.remaining()));
    }
    int kind = chunk.getShort(0) & 0xffff;
    if (kind == EXTENSIBLE && chunk.remaining() >= 26) {
      kind = chunk.getShort(24) & 0xffff;
    }
    int channels = chunk.getShort(2) & 0xffff;
    int rate = chunk.getInt(4);
    int frame = chunk.getShort(12) & 0xffff;
    int bits = chunk.getShort(14) & 0xffff;
    if (kind != PCM && kind != FLOAT) {
      throw file.unreadable(
          "its samples are compressed (format 0x%04x), not PCM or float".formatted(kind));
    }
    if (channels == 0 || channels > MAX_CHANNELS) {
      throw file.unreadable(
          "the header says %d channels, not within 1 to %d".formatted(channels, MAX_CHANNELS));
    }
    int bytes = (bits + 7) / 8;
    boolean known = kind == PCM ? bytes >= 1 && bytes <= 4 : bits == 32 || bits == 64;
    if (!known || frame != channels * bytes) {
      throw file.unreadable(
          "the header says %s of %d bits in %d channels in %d bytes, which is not supported"
              .formatted(kind == PCM ? "integers" : "floats", bits, channels, frame));
    }
    return new Format(kind == FLOAT, channels, rate, bytes);
  }

  @Override
  public int sampleRateHz() {
    return format.rate;
  }

  @Override
  public OptionalLong samples() {
    return OptionalLong.of(frames);
  }

  @Override
  public float[] decode() throws UnreadableAudio {
    float[] out = new float[frames];
    double scale = format.real ? 1.0 / format.channels : integerScale() / format.channels;
    for (int done = 0; done < frames; done += BLOCK) {
      int count = Math.min(BLOCK, frames - done);
      ByteBuffer in = file.at(dataAt + done * format.frame(), count * format.frame());
      for (int i = 0, at = 0; i < count; i++) {
        double sum = 0;
        for (int c = 0; c < format.channels; c++, at += format.bytes) {
          sum += value(in, at);
        }
        out[done + i] = (float) (sum * scale);
      }
    }
    return out;
  }

  private double integerScale() {
    return Math.scalb(1.0, 1 - 8 * format.bytes);
  }

  /// Of 8 bits without sign, of more with; fewer bits than a whole number of bytes fill the upper.
  private double value(ByteBuffer in, int at) {
    return switch (format.bytes) {
      case 1 -> (in.get(at) & 0xff) - 128;
      case 2 -> in.getShort(at);
      case 3 -> (in.getShort(at) & 0xffff) | in.get(at + 2) << 16;
      case 4 -> format.real ? in.getFloat(at) : in.getInt(at);
      default -> in.getDouble(at);
    };
  }
}
