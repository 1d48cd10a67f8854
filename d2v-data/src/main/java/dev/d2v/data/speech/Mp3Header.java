package dev.d2v.data.speech;

import java.util.Optional;

/// The four bytes before every frame of MPEG audio.
///
/// @param version 0 for MPEG 1, 1 for MPEG 2, 2 for MPEG 2.5
/// @param mono one channel instead of two
/// @param rate samples a second
/// @param bytes of the whole frame; 0 for free format
/// @param sideBytes of the side information behind the header and a checksum that may follow it
record Mp3Header(int version, boolean mono, int rate, int bytes, int sideBytes) {
  private static final int[] RATES = {44_100, 48_000, 32_000};
  private static final int[] KBITS_1 = {
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320
  };
  private static final int[] KBITS_2 = {
    0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160
  };

  /// The header at `at`, if there is one of layer III.
  static Optional<Mp3Header> at(byte[] data, int at) {
    if (data.length - at < 4 || data[at] != -1 || (data[at + 1] & 0xe0) != 0xe0) {
      return Optional.empty();
    }
    int versionCode = data[at + 1] >> 3 & 3;
    int layerCode = data[at + 1] >> 1 & 3;
    int bitrateCode = data[at + 2] >> 4 & 15;
    int rateCode = data[at + 2] >> 2 & 3;
    int padding = data[at + 2] >> 1 & 1;
    boolean mono = (data[at + 3] >> 6 & 3) == 3;
    if (versionCode == 1 || layerCode != 1 || bitrateCode == 15 || rateCode == 3) {
      return Optional.empty();
    }
    int version = versionCode == 3 ? 0 : versionCode == 2 ? 1 : 2;
    int rate = RATES[rateCode] >> version;
    int kbits = (version == 0 ? KBITS_1 : KBITS_2)[bitrateCode];
    int bytes = kbits == 0 ? 0 : (version == 0 ? 144_000 : 72_000) * kbits / rate + padding;
    int side = version == 0 ? (mono ? 17 : 32) : (mono ? 9 : 17);
    return Optional.of(new Mp3Header(version, mono, rate, bytes, side));
  }

  /// Samples of each channel in a frame.
  int samples() {
    return version == 0 ? 1152 : 576;
  }

  int channels() {
    return mono ? 1 : 2;
  }

  /// Whether a frame with the other header can follow.
  boolean goesWith(Mp3Header other) {
    return version == other.version && mono == other.mono && rate == other.rate;
  }
}
