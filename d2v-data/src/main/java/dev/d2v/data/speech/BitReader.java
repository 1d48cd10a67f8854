package dev.d2v.data.speech;

/// Bits of an array, the highest of each byte first.
final class BitReader {
  private final AudioBytes file;
  private final byte[] data;
  private int next;

  /// Bits that were taken from `data` but not read, from the highest; zeros below.
  private long cache;

  private int cached;

  BitReader(AudioBytes file, byte[] data) {
    this.file = file;
    this.data = data;
  }

  private void fill() {
    while (cached <= 56 && next < data.length) {
      cache |= (data[next++] & 0xffL) << (56 - cached);
      cached += 8;
    }
  }

  /// Whether all bytes have been read.
  boolean atEnd() {
    return cached == 0 && next == data.length;
  }

  /// Where the next byte lies; between whole bytes.
  int position() {
    return next - cached / 8;
  }

  /// Passes over the rest of a byte.
  void align() {
    int rest = cached & 7;
    cache <<= rest;
    cached -= rest;
  }

  /// A number of 0 to 32 bits without sign.
  long unsigned(int bits) throws UnreadableAudio {
    if (bits == 0) {
      return 0;
    }
    if (cached < bits) {
      fill();
      if (cached < bits) {
        throw file.unreadable("cut short: the sound ends within a frame");
      }
    }
    long value = cache >>> (64 - bits);
    cache <<= bits;
    cached -= bits;
    return value;
  }

  /// The same as an int, up to 31 bits.
  int bits(int bits) throws UnreadableAudio {
    return (int) unsigned(bits);
  }

  /// A number of 0 to 32 bits with sign, in two's complement.
  int signed(int bits) throws UnreadableAudio {
    return bits == 0 ? 0 : (int) (unsigned(bits) << (64 - bits) >> (64 - bits));
  }

  /// The number of zeros before a one.
  int unary() throws UnreadableAudio {
    int zeros = 0;
    while (cache == 0) {
      zeros += cached;
      cached = 0;
      fill();
      if (cached == 0) {
        throw file.unreadable("cut short: the sound ends within a frame");
      }
    }
    int more = Long.numberOfLeadingZeros(cache);
    cache = more == 63 ? 0 : cache << (more + 1);
    cached -= more + 1;
    return zeros + more;
  }
}
