package dev.d2v.data.speech;

import com.jcraft.jogg.Packet;
import com.jcraft.jorbis.Block;
import com.jcraft.jorbis.Comment;
import com.jcraft.jorbis.DspState;
import com.jcraft.jorbis.Info;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// Vorbis in Ogg. Pages are read here, packets are decoded by JOrbis. The positions of pages say
/// where the sound begins and ends within what is decoded.
final class VorbisFile implements AudioFile {
  private static final int IDENTIFICATION = 30;

  private final AudioBytes file;
  private final int start;
  private final int rate;
  private final long samples;

  private VorbisFile(AudioBytes file, int start, int rate, long samples) {
    this.file = file;
    this.start = start;
    this.rate = rate;
    this.samples = samples;
  }

  static VorbisFile open(AudioBytes file, int start) throws UnreadableAudio {
    ByteBuffer head = file.at(start, 27 + 1 + IDENTIFICATION);
    if (!AudioDecoder.begins(head, 28, "\u0001vorbis") || head.remaining() < 28 + IDENTIFICATION) {
      throw file.unreadable(
          AudioDecoder.begins(head, 28, "OpusHead")
              ? "holds Opus, which is not supported; convert it to FLAC or WAV"
              : "an Ogg file that does not begin with Vorbis");
    }
    int tailAt = Math.max(start, file.size() - 2 * OggPages.MAX_PAGE);
    long samples = OggPages.lastPosition(file, file.from(tailAt));
    if (samples < 0) {
      throw file.unreadable("damaged: its last page ends at sample %d".formatted(samples));
    }
    return new VorbisFile(file, start, head.getInt(28 + 12), samples);
  }

  @Override
  public int sampleRateHz() {
    return rate;
  }

  @Override
  public OptionalLong samples() {
    return OptionalLong.of(samples);
  }

  @Override
  public float[] decode() throws UnreadableAudio {
    OggPages pages = new OggPages(file, file.from(start));
    MonoSamples out = new MonoSamples(file);
    Decoding decoding = new Decoding(out);
    // Where the sound begins in what is decoded; later than sample 0 of a stream that was cut out
    // of
    // a longer one.
    long offset = Long.MIN_VALUE;
    while (true) {
      OggPages.Page page = pages.next();
      for (byte[] packet : page.packets()) {
        decoding.packet(packet);
      }
      if (offset == Long.MIN_VALUE && page.position() > 0) {
        offset = page.last() ? 0 : out.size() - page.position();
      }
      if (page.last()) {
        long first = Math.max(0, offset);
        long count = samples + Math.min(0, offset);
        if (count < 0 || first + count > out.size()) {
          throw file.unreadable(
              "damaged: holds %d samples where its last page says %d"
                  .formatted(out.size() - first, count));
        }
        return out.range((int) first, (int) count);
      }
    }
  }

  private final class Decoding {
    private final MonoSamples out;
    private final Info info = new Info();
    private final Comment comment = new Comment();
    private final DspState state = new DspState();
    private final Block block = new Block(state);
    private final Packet packet = new Packet();
    private int packets;

    Decoding(MonoSamples out) {
      this.out = out;
      info.init();
      comment.init();
    }

    void packet(byte[] bytes) throws UnreadableAudio {
      packet.packet_base = bytes;
      packet.packet = 0;
      packet.bytes = bytes.length;
      packet.b_o_s = packets == 0 ? 1 : 0;
      packet.packetno = packets;
      if (packets < 3) {
        header(bytes);
      } else if (bytes.length > 0) {
        sound();
      }
      packets++;
    }

    private void header(byte[] bytes) throws UnreadableAudio {
      if (packets == 2) {
        VorbisSetup.check(file, bytes, info.channels);
      }
      // The comments are not needed, and their lengths need not be true.
      if (packets != 1 && info.synthesis_headerin(comment, packet) < 0) {
        throw file.unreadable("damaged: one of its Vorbis headers");
      }
      if (packets == 1) {
        comment.vendor = new byte[] {0};
      }
      if (packets == 2) {
        state.synthesis_init(info);
        block.init(state);
      }
    }

    private void sound() throws UnreadableAudio {
      if (block.synthesis(packet) != 0) {
        throw file.unreadable("damaged: a packet of sound that cannot be decoded");
      }
      state.synthesis_blockin(block);
      float[][][] pcm = new float[1][][];
      int[] offsets = new int[info.channels];
      for (int n = state.synthesis_pcmout(pcm, offsets);
          n > 0;
          n = state.synthesis_pcmout(pcm, offsets)) {
        out.add(pcm[0], offsets, info.channels, n, 1);
        state.synthesis_read(n);
      }
    }
  }
}
