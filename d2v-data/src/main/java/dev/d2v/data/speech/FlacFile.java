package dev.d2v.data.speech;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.OptionalLong;

/// FLAC (RFC 9639): the mark `fLaC`, metadata of which STREAMINFO is the first, then frames.
final class FlacFile implements AudioFile {
  private static final int STREAM_INFO = 0;
  private static final int STREAM_INFO_BYTES = 34;
  private static final int MIN_BITS = 4;
  private static final int MAX_BITS = 24;

  /// @param rate samples a second
  /// @param channels 1 to 8
  /// @param bits of a sample
  /// @param total samples of each channel, 0 when unknown
  /// @param md5 of the samples, zeros when unknown
  record StreamInfo(int rate, int channels, int bits, long total, byte[] md5) {}

  private final AudioBytes file;
  private final StreamInfo info;
  private final int framesAt;

  private FlacFile(AudioBytes file, StreamInfo info, int framesAt) {
    this.file = file;
    this.info = info;
    this.framesAt = framesAt;
  }

  static FlacFile open(AudioBytes file, int start) throws UnreadableAudio {
    StreamInfo info = null;
    long at = start + 4L;
    boolean last = false;
    while (!last) {
      ByteBuffer head = file.at((int) at, 4 + STREAM_INFO_BYTES).order(ByteOrder.BIG_ENDIAN);
      if (head.remaining() < 4) {
        throw file.unreadable("cut short within its header");
      }
      int word = head.getInt(0);
      last = word < 0;
      int kind = word >>> 24 & 0x7f;
      int length = word & 0xffffff;
      if (at + 4 + length > file.size()) {
        throw file.unreadable("cut short within its header");
      }
      if ((kind == STREAM_INFO) != (info == null)) {
        throw file.unreadable("damaged: its first metadata are not STREAMINFO, or come twice");
      }
      if (info == null) {
        info = streamInfo(file, length, head);
      }
      at += 4 + length;
    }
    if (info == null) {
      throw new IllegalStateException("a header without metadata");
    }
    return new FlacFile(file, info, (int) at);
  }

  private static StreamInfo streamInfo(AudioBytes file, int length, ByteBuffer head)
      throws UnreadableAudio {
    if (length != STREAM_INFO_BYTES || head.remaining() < 4 + STREAM_INFO_BYTES) {
      throw file.unreadable("damaged: STREAMINFO has %d bytes".formatted(length));
    }
    long packed = head.getLong(4 + 10);
    int bits = (int) (packed >>> 36 & 0x1f) + 1;
    if (bits < MIN_BITS || bits > MAX_BITS) {
      throw file.unreadable(
          "has %d bits a sample, not within %d to %d".formatted(bits, MIN_BITS, MAX_BITS));
    }
    byte[] md5 = new byte[16];
    head.get(4 + 18, md5);
    return new StreamInfo(
        (int) (packed >>> 44), (int) (packed >>> 41 & 7) + 1, bits, packed & 0xfffffffffL, md5);
  }

  @Override
  public int sampleRateHz() {
    return info.rate;
  }

  @Override
  public OptionalLong samples() {
    return info.total == 0 ? OptionalLong.empty() : OptionalLong.of(info.total);
  }

  @Override
  public float[] decode() throws UnreadableAudio {
    byte[] data = file.from(framesAt);
    FlacFrames frames = new FlacFrames(file, info, data);
    MonoSamples out = new MonoSamples(file);
    MessageDigest md5 = md5();
    byte[] raw = new byte[0];
    double scale = Math.scalb(1.0, 1 - info.bits);
    while (info.total == 0 ? frames.more() : out.size() < info.total) {
      int count = frames.next();
      out.add(frames.samples(), info.channels, count, scale);
      int bytes = count * info.channels * ((info.bits + 7) / 8);
      if (raw.length < bytes) {
        raw = new byte[bytes];
      }
      interleave(frames.samples(), count, raw);
      md5.update(raw, 0, bytes);
    }
    if (info.total != 0 && out.size() != info.total) {
      throw file.unreadable(
          "damaged: holds %d samples where its header says %d".formatted(out.size(), info.total));
    }
    if (!Arrays.equals(info.md5, new byte[16]) && !Arrays.equals(info.md5, md5.digest())) {
      throw file.unreadable("damaged: the MD5 of its samples is not that of its header");
    }
    return out.range(0, out.size());
  }

  private void interleave(int[][] samples, int count, byte[] out) {
    int bytes = (info.bits + 7) / 8;
    int at = 0;
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < info.channels; c++) {
        int value = samples[c][i];
        for (int b = 0; b < bytes; b++, value >>= 8) {
          out[at++] = (byte) value;
        }
      }
    }
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }
}
