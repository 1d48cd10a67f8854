package dev.d2v.data.speech;

import dev.d2v.data.speech.FlacFile.StreamInfo;

/// The frames of a FLAC stream, one after another: header with CRC-8, a sub-frame a channel,
/// CRC-16. Two channels may be coded as one of them and their difference `side = left - right`, or
/// as `mid = (left + right) >> 1` and the difference.
final class FlacFrames {
  private static final int LEFT_SIDE = 8;
  private static final int SIDE_RIGHT = 9;
  private static final int MID_SIDE = 10;
  private static final int[] CRC8 = table(0x07, 8);
  private static final int[] CRC16 = table(0x8005, 16);

  private final AudioBytes file;
  private final StreamInfo info;
  private final byte[] data;
  private final BitReader in;
  private final FlacSubframe subframe;
  private final int[][] samples;

  FlacFrames(AudioBytes file, StreamInfo info, byte[] data) {
    this.file = file;
    this.info = info;
    this.data = data;
    this.in = new BitReader(file, data);
    this.subframe = new FlacSubframe(file, in);
    this.samples = new int[info.channels()][0];
  }

  /// Whether there are bytes left.
  boolean more() {
    return !in.atEnd();
  }

  /// (channels, at least as many as the last frame has): the last frame's samples.
  int[][] samples() {
    return samples;
  }

  /// Decodes a frame and says how many samples a channel it has.
  int next() throws UnreadableAudio {
    int start = in.position();
    if (in.bits(15) != 0x7ffc) {
      throw file.unreadable("damaged: no frame where one is expected, at byte %d".formatted(start));
    }
    in.bits(1);
    int sizeCode = in.bits(4);
    int rateCode = in.bits(4);
    int layout = in.bits(4);
    int bitsCode = in.bits(3);
    boolean reserved = in.bits(1) != 0;
    codedNumber();
    int count = blockSize(sizeCode);
    int rate = sampleRate(rateCode);
    int bits = sampleBits(bitsCode);
    if (crc(CRC8, 8, start, in.position()) != in.bits(8)) {
      throw file.unreadable("damaged: a frame's header has a wrong checksum");
    }
    int channels = layout < LEFT_SIDE ? layout + 1 : 2;
    if (reserved
        || layout > MID_SIDE
        || channels != info.channels()
        || rate != info.rate()
        || bits != info.bits()) {
      throw file.unreadable(
          "a frame of %d channels, %d bits, %d Hz in a file of %d channels, %d bits, %d Hz"
              .formatted(channels, bits, rate, info.channels(), info.bits(), info.rate()));
    }
    for (int c = 0; c < channels; c++) {
      if (samples[c].length < count) {
        samples[c] = new int[count];
      }
      boolean side = layout == SIDE_RIGHT ? c == 0 : layout >= LEFT_SIDE && c == 1;
      subframe.decode(samples[c], count, side ? bits + 1 : bits);
    }
    in.align();
    if (crc(CRC16, 16, start, in.position()) != in.bits(16)) {
      throw file.unreadable("damaged: a frame has a wrong checksum");
    }
    decorrelate(layout, count);
    return count;
  }

  /// The number of the frame or of its first sample, in the manner of UTF-8; up to 36 bits.
  private void codedNumber() throws UnreadableAudio {
    int first = in.bits(8);
    int ones = Integer.numberOfLeadingZeros(~(first << 24));
    if (ones == 1 || ones > 7) {
      throw file.unreadable("damaged: a frame's number is not coded as one");
    }
    for (int i = 1; i < ones; i++) {
      if (in.bits(8) >>> 6 != 2) {
        throw file.unreadable("damaged: a frame's number is not coded as one");
      }
    }
  }

  private int blockSize(int code) throws UnreadableAudio {
    return switch (code) {
      case 0 -> throw file.unreadable("damaged: a frame's size is not told");
      case 1 -> 192;
      case 2, 3, 4, 5 -> 144 << code;
      case 6 -> in.bits(8) + 1;
      case 7 -> in.bits(16) + 1;
      default -> 1 << code;
    };
  }

  private int sampleRate(int code) throws UnreadableAudio {
    return switch (code) {
      case 0 -> info.rate();
      case 1 -> 88_200;
      case 2 -> 176_400;
      case 3 -> 192_000;
      case 4 -> 8_000;
      case 5 -> 16_000;
      case 6 -> 22_050;
      case 7 -> 24_000;
      case 8 -> 32_000;
      case 9 -> 44_100;
      case 10 -> 48_000;
      case 11 -> 96_000;
      case 12 -> in.bits(8) * 1_000;
      case 13 -> in.bits(16);
      case 14 -> in.bits(16) * 10;
      default -> throw file.unreadable("damaged: a frame's rate is not told");
    };
  }

  private int sampleBits(int code) throws UnreadableAudio {
    return switch (code) {
      case 0 -> info.bits();
      case 1 -> 8;
      case 2 -> 12;
      case 4 -> 16;
      case 5 -> 20;
      case 6 -> 24;
      default -> throw file.unreadable("a frame has samples of an unknown size");
    };
  }

  private void decorrelate(int layout, int count) {
    if (layout < LEFT_SIDE) {
      return;
    }
    int[] a = samples[0];
    int[] b = samples[1];
    for (int i = 0; i < count; i++) {
      switch (layout) {
        case LEFT_SIDE -> b[i] = a[i] - b[i];
        case SIDE_RIGHT -> a[i] += b[i];
        default -> {
          int side = b[i];
          int left = ((a[i] << 1 | (side & 1)) + side) >> 1;
          a[i] = left;
          b[i] = left - side;
        }
      }
    }
  }

  private int crc(int[] table, int width, int from, int to) {
    int crc = 0;
    int mask = (1 << width) - 1;
    for (int i = from; i < to; i++) {
      crc = (crc << 8 & mask) ^ table[(crc >>> (width - 8) ^ data[i]) & 0xff];
    }
    return crc;
  }

  private static int[] table(int polynomial, int width) {
    int[] table = new int[256];
    for (int i = 0; i < 256; i++) {
      int crc = i << (width - 8);
      for (int bit = 0; bit < 8; bit++) {
        crc = crc << 1 ^ ((crc >>> (width - 1) & 1) * polynomial);
      }
      table[i] = crc & ((1 << width) - 1);
    }
    return table;
  }
}
