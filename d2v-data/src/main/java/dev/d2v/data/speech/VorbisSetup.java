package dev.d2v.data.speech;

/// Looks through a Vorbis setup header for sizes that JOrbis would trust: it allocates what a
/// header asks for, and a few bytes can ask for gigabytes. Only lengths are followed here;
/// everything else is left to the decoder.
final class VorbisSetup {
  private static final long MAX_ENTRIES = 1 << 22;
  private static final long MAX_RESIDUE = 1 << 21;

  private final AudioBytes file;
  private final byte[] data;
  private final int channels;
  private long at = 7 * 8;

  /// Dimensions of each codebook, and how many entries it has.
  private int[] dimensions = new int[0];

  private int[] entries = new int[0];

  private VorbisSetup(AudioBytes file, byte[] data, int channels) {
    this.file = file;
    this.data = data;
    this.channels = channels;
  }

  static void check(AudioBytes file, byte[] packet, int channels) throws UnreadableAudio {
    if (channels < 1) {
      throw file.unreadable("damaged: its Vorbis header says %d channels".formatted(channels));
    }
    VorbisSetup setup = new VorbisSetup(file, packet, channels);
    setup.codebooks();
    int times = setup.bits(6) + 1;
    setup.at += 16L * times;
    setup.floors();
    setup.residues();
  }

  private int bits(int count) throws UnreadableAudio {
    if (at + count > 8L * data.length) {
      throw file.unreadable("damaged: its Vorbis headers end too early");
    }
    int value = 0;
    for (int i = 0; i < count; i++, at++) {
      value |= (data[(int) (at >> 3)] >> (at & 7) & 1) << i;
    }
    return value;
  }

  private void codebooks() throws UnreadableAudio {
    int books = bits(8) + 1;
    dimensions = new int[books];
    entries = new int[books];
    long all = 0;
    for (int i = 0; i < books; i++) {
      if (bits(24) != 0x564342) {
        throw file.unreadable("damaged: no codebook where its Vorbis headers promise one");
      }
      dimensions[i] = bits(16);
      entries[i] = bits(24);
      all += (long) Math.max(1, dimensions[i]) * entries[i];
      if (all > MAX_ENTRIES || entries[i] == 0) {
        throw file.unreadable("its Vorbis headers ask for codebooks of an absurd size");
      }
      lengths(entries[i]);
      int lookup = bits(4);
      if (lookup > 2) {
        throw file.unreadable("damaged: a codebook of an unknown kind");
      }
      if (lookup > 0) {
        at += 64;
        int valueBits = bits(4) + 1;
        at += 1;
        long values =
            lookup == 2 ? (long) entries[i] * dimensions[i] : lattice(entries[i], dimensions[i]);
        at += values * valueBits;
      }
    }
  }

  private void lengths(int count) throws UnreadableAudio {
    if (bits(1) == 0) {
      boolean sparse = bits(1) != 0;
      for (int i = 0; i < count; i++) {
        if (!sparse || bits(1) != 0) {
          bits(5);
        }
      }
      return;
    }
    bits(5);
    for (int done = 0, steps = 0; done < count; steps++) {
      if (steps > 32) {
        throw file.unreadable("damaged: a codebook whose lengths do not end");
      }
      done += bits(32 - Integer.numberOfLeadingZeros(count - done));
    }
  }

  /// The largest n with n^dimensions at most `count`.
  private static long lattice(int count, int dimensions) {
    long n = 1;
    while (powerAtMost(n + 1, dimensions, count)) {
      n++;
    }
    return n;
  }

  private static boolean powerAtMost(long base, int exponent, long limit) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= base;
      if (power > limit) {
        return false;
      }
    }
    return exponent > 0;
  }

  private void floors() throws UnreadableAudio {
    int floors = bits(6) + 1;
    for (int i = 0; i < floors; i++) {
      if (bits(16) == 0) {
        at += 8 + 16 + 16 + 6 + 8;
        at += 8L * (bits(4) + 1);
      } else {
        floor();
      }
    }
  }

  private void floor() throws UnreadableAudio {
    int partitions = bits(5);
    int[] classOf = new int[partitions];
    int classes = 0;
    for (int i = 0; i < partitions; i++) {
      classOf[i] = bits(4);
      classes = Math.max(classes, classOf[i] + 1);
    }
    int[] points = new int[classes];
    for (int i = 0; i < classes; i++) {
      points[i] = bits(3) + 1;
      int subclasses = bits(2);
      at += subclasses > 0 ? 8 : 0;
      at += 8L << subclasses;
    }
    at += 2;
    int bits = bits(4);
    for (int kind : classOf) {
      at += (long) bits * points[kind];
    }
  }

  private void residues() throws UnreadableAudio {
    int residues = bits(6) + 1;
    for (int i = 0; i < residues; i++) {
      bits(16);
      int begin = bits(24);
      int end = bits(24);
      bits(24);
      int classes = bits(6) + 1;
      int book = bits(8);
      if (end < begin
          || end > MAX_RESIDUE * channels
          || book >= dimensions.length
          || !powerAtMost(classes, dimensions[book], entries[book])) {
        throw file.unreadable("damaged: a residue that does not fit its codebook");
      }
      int books = 0;
      for (int c = 0; c < classes; c++) {
        int cascade = bits(3);
        cascade |= bits(1) != 0 ? bits(5) << 3 : 0;
        books += Integer.bitCount(cascade);
      }
      at += 8L * books;
    }
  }
}
