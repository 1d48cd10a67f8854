package dev.d2v.data.speech;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The packets of an Ogg file (RFC 3533) with a single logical stream. A page is a header with a
/// checksum, up to 255 lengths, and their bytes; a length of 255 means that the packet goes on.
final class OggPages {
  /// The most that a page can have.
  static final int MAX_PAGE = 27 + 255 + 255 * 255;

  private static final int HEADER = 27;
  private static final int CONTINUED = 1;
  private static final int FIRST = 2;
  private static final int LAST = 4;
  private static final int[] CRC = table();

  /// There is no page.
  private static final int NONE = -1;

  /// There is not all of a page.
  private static final int CUT = -2;

  /// @param position samples up to the end of the last packet that ends in the page; -1 when none
  ///   does
  /// @param last whether the stream ends here
  /// @param packets those that end in the page
  record Page(long position, boolean last, List<byte[]> packets) {}

  private final AudioBytes file;
  private final byte[] data;
  private final ByteBuffer view;
  private int at;
  private int serial;
  private int sequence;
  private byte[] begun = new byte[0];

  OggPages(AudioBytes file, byte[] data) {
    this.file = file;
    this.data = data;
    this.view = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// The next page.
  Page next() throws UnreadableAudio {
    int bytes = wholePage(data, at);
    if (bytes < 0) {
      throw file.unreadable(
          at >= data.length || bytes == CUT
              ? "cut short: its last page is missing"
              : "damaged: the page at byte %d has a wrong checksum or is none".formatted(at));
    }
    int flags = data[at + 5];
    int found = view.getInt(at + 14);
    if (((flags & FIRST) != 0) != (at == 0) || (at > 0 && found != serial)) {
      throw file.unreadable("holds several streams; only one is supported");
    }
    if (view.getInt(at + 18) != sequence) {
      throw file.unreadable("damaged: page %d is missing".formatted(sequence));
    }
    if (((flags & CONTINUED) != 0) != (begun.length > 0)) {
      throw file.unreadable("damaged: a packet goes on where none has begun");
    }
    serial = found;
    sequence++;
    List<byte[]> packets = packets();
    long position = view.getLong(at + 6);
    at += bytes;
    return new Page(position, (flags & LAST) != 0, packets);
  }

  private List<byte[]> packets() {
    List<byte[]> packets = new ArrayList<>();
    int segments = data[at + 26] & 0xff;
    int from = at + HEADER + segments;
    int length = 0;
    for (int i = 0; i < segments; i++) {
      int segment = data[at + HEADER + i] & 0xff;
      length += segment;
      if (segment < 255) {
        packets.add(joined(from, length));
        begun = new byte[0];
        from += length;
        length = 0;
      }
    }
    if (length > 0) {
      begun = joined(from, length);
    }
    return packets;
  }

  private byte[] joined(int from, int length) {
    byte[] packet = Arrays.copyOf(begun, begun.length + length);
    System.arraycopy(data, from, packet, begun.length, length);
    return packet;
  }

  /// Bytes of the page at `at`, or a negative number when there is none, or not all of it, or its
  /// checksum is wrong.
  private static int wholePage(byte[] data, int at) {
    if (data.length - at < HEADER) {
      return CUT;
    }
    if (data[at] != 'O'
        || data[at + 1] != 'g'
        || data[at + 2] != 'g'
        || data[at + 3] != 'S'
        || data[at + 4] != 0) {
      return NONE;
    }
    int segments = data[at + 26] & 0xff;
    int bytes = HEADER + segments;
    if (data.length - at < bytes) {
      return CUT;
    }
    for (int i = 0; i < segments; i++) {
      bytes += data[at + HEADER + i] & 0xff;
    }
    if (data.length - at < bytes) {
      return CUT;
    }
    int crc = 0;
    int told = 0;
    for (int i = 0; i < bytes; i++) {
      boolean own = i >= 22 && i < 26;
      int value = own ? 0 : data[at + i];
      told |= own ? (data[at + i] & 0xff) << (8 * (i - 22)) : 0;
      crc = (crc << 8) ^ CRC[((crc >>> 24) ^ value) & 0xff];
    }
    return crc == told ? bytes : NONE;
  }

  /// The position of the last page of the stream, found from the end of `tail`.
  static long lastPosition(AudioBytes file, byte[] tail) throws UnreadableAudio {
    for (int i = tail.length - HEADER; i >= 0; i--) {
      if (tail[i] == 'O' && (tail[i + 5] & LAST) != 0 && wholePage(tail, i) > 0) {
        return ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getLong(i + 6);
      }
    }
    throw file.unreadable("cut short: its last page is missing");
  }

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < 256; i++) {
      int crc = i << 24;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc << 1) ^ ((crc >> 31) & 0x04c11db7);
      }
      table[i] = crc;
    }
    return table;
  }
}
