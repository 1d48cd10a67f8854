package dev.d2v.data.speech;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javazoom.jl.decoder.Bitstream;
import javazoom.jl.decoder.BitstreamException;
import javazoom.jl.decoder.Decoder;
import javazoom.jl.decoder.DecoderException;
import javazoom.jl.decoder.Header;
import javazoom.jl.decoder.Obuffer;

/// MPEG audio, layer III. Frames are walked here, so that what is missing or foreign is noticed,
/// and decoded by JLayer.
///
/// Encoder and decoder delay the sound. Where the first frame is LAME's note, it says by how much;
/// else 1105 samples are cut at the beginning, the usual sum of 576 and the decoder's 529.
final class Mp3File implements AudioFile {
  private static final int DECODER_DELAY = 529;
  private static final int ENCODER_DELAY = 576;

  /// JLayer's full scale.
  private static final float FULL_SCALE = 32_700;

  /// JLayer fills static tables at its first frame, without heed to other threads.
  private static final Object FIRST_FRAME = new Object();

  /// @param frames of sound, 0 when not told
  /// @param delay samples by which the encoder is late
  /// @param padding samples after the end; includes the decoder's delay
  private record Note(long frames, int delay, int padding) {
    long samples(Mp3Header header) {
      return frames * header.samples() - delay - Math.max(padding, DECODER_DELAY);
    }
  }

  /// @param frames whole frames
  /// @param end where the last one ends
  private record Walk(int frames, int end) {}

  private final AudioBytes file;
  private final Mp3Header first;
  private final Note note;
  private final int soundAt;

  private Mp3File(AudioBytes file, Mp3Header first, Note note, int soundAt) {
    this.file = file;
    this.first = first;
    this.note = note;
    this.soundAt = soundAt;
  }

  static Mp3File open(AudioBytes file, int start) throws UnreadableAudio {
    Mp3Header first =
        Mp3Header.at(file.bytes(start, 4), 0).orElseThrow(() -> file.unreadable("not an MP3 file"));
    if (first.bytes() == 0) {
      throw file.unreadable("an MP3 of free format, which is not supported");
    }
    byte[] frame = file.bytes(start, first.bytes() + 4);
    Optional<Mp3Header> second = Mp3Header.at(frame, first.bytes());
    if (frame.length >= first.bytes() + 4 && !second.map(first::goesWith).orElse(false)) {
      throw file.unreadable("not a WAV, FLAC, Ogg Vorbis or MP3 file");
    }
    // LAME does not count the checksum where it puts its note; others do.
    int noteAt = 4 + first.sideBytes();
    Optional<Note> told =
        note(ByteBuffer.wrap(frame), noteAt).or(() -> note(ByteBuffer.wrap(frame), noteAt + 2));
    int soundAt = told.isPresent() ? start + first.bytes() : start;
    Note note = told.orElse(new Note(0, ENCODER_DELAY, 0));
    if (note.frames == 0) {
      note = new Note(walk(file, file.from(soundAt), first).frames, note.delay, note.padding);
    }
    return new Mp3File(file, first, note, soundAt);
  }

  /// The frame `Xing` or `Info` in place of sound: flags, frames, bytes, 100 numbers, quality as
  /// far as flagged, then what LAME adds: 9 letters, 12 bytes, and two numbers of 12 bits.
  private static Optional<Note> note(ByteBuffer frame, int at) {
    if (!AudioDecoder.begins(frame, at, "Xing") && !AudioDecoder.begins(frame, at, "Info")) {
      return Optional.empty();
    }
    if (frame.limit() < at + 12) {
      return Optional.of(new Note(0, ENCODER_DELAY, 0));
    }
    int flags = frame.getInt(at + 4);
    long frames = (flags & 1) != 0 ? frame.getInt(at + 8) & 0xffffffffL : 0;
    int lame = at + 8 + 4 * (flags & 1) + 2 * (flags & 2) + 25 * (flags & 4) + (flags & 8) / 2;
    boolean known =
        AudioDecoder.begins(frame, lame, "LAME") || AudioDecoder.begins(frame, lame, "Lav");
    if (!known || frame.limit() < lame + 24) {
      return Optional.of(new Note(frames, ENCODER_DELAY, 0));
    }
    int delays = frame.getInt(lame + 20) & 0xffffff;
    return Optional.of(new Note(frames, delays >>> 12, delays & 0xfff));
  }

  @Override
  public int sampleRateHz() {
    return first.rate();
  }

  @Override
  public OptionalLong samples() {
    return OptionalLong.of(note.samples(first));
  }

  @Override
  public float[] decode() throws UnreadableAudio {
    byte[] data = file.from(soundAt);
    Walk walk = walk(file, data, first);
    if (walk.frames < note.frames) {
      throw file.unreadable(
          "cut short: holds %d frames where its first says %d".formatted(walk.frames, note.frames));
    }
    int from = note.delay + DECODER_DELAY;
    int count = (int) note.samples(first);
    MonoSamples out = new MonoSamples(file);
    try {
      decode(new Bitstream(new ByteArrayInputStream(data, 0, walk.end)), out);
    } catch (BitstreamException | DecoderException e) {
      throw new UnreadableAudio(file.file(), "damaged: " + e.getMessage(), e);
    }
    if (count <= 0 || from + count > out.size()) {
      throw file.unreadable(
          "damaged: %d samples were decoded where %d are expected".formatted(out.size(), count));
    }
    return out.range(from, count);
  }

  /// Follows the frames to the end of the data, or to tags behind them.
  private static Walk walk(AudioBytes file, byte[] data, Mp3Header first) throws UnreadableAudio {
    int frames = 0;
    int at = 0;
    while (at < data.length) {
      Mp3Header header = Mp3Header.at(data, at).filter(first::goesWith).orElse(null);
      if (header == null || header.bytes() == 0) {
        if (foreign(data, at)) {
          break;
        }
        throw file.unreadable("damaged: no frame where number %d is expected".formatted(frames));
      }
      if (header.bytes() > data.length - at) {
        throw file.unreadable("cut short within its last frame");
      }
      at += header.bytes();
      frames++;
    }
    return new Walk(frames, at);
  }

  /// Whether tags or zeros are all that follows.
  private static boolean foreign(byte[] data, int at) {
    ByteBuffer rest = ByteBuffer.wrap(data, at, data.length - at).slice();
    for (String tag : List.of("TAG", "APETAGEX", "LYRICSBEGIN", "ID3")) {
      if (AudioDecoder.begins(rest, 0, tag)) {
        return true;
      }
    }
    for (int i = at; i < data.length; i++) {
      if (data[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void decode(Bitstream in, MonoSamples out)
      throws BitstreamException, DecoderException, UnreadableAudio {
    Decoder decoder = new Decoder();
    Frame frame = new Frame();
    decoder.setOutputBuffer(frame);
    boolean begun = false;
    for (Header header = in.readFrame(); header != null; header = in.readFrame()) {
      if (begun) {
        decoder.decodeFrame(header, in);
      } else {
        synchronized (FIRST_FRAME) {
          decoder.decodeFrame(header, in);
        }
        begun = true;
      }
      in.closeFrame();
      out.add(frame.samples, new int[2], first.channels(), frame.counts[0], 1 / FULL_SCALE);
    }
  }

  /// What JLayer makes of a frame, before it would be rounded to 16 bits.
  private static final class Frame extends Obuffer {
    private final float[][] samples = new float[2][1152];
    private final int[] counts = new int[2];

    @Override
    public void appendSamples(int channel, float[] values) {
      System.arraycopy(values, 0, samples[channel], counts[channel], 32);
      counts[channel] += 32;
    }

    @Override
    public void append(int channel, short value) {
      samples[channel][counts[channel]++] = value;
    }

    @Override
    public void clear_buffer() {
      counts[0] = 0;
      counts[1] = 0;
    }

    @Override
    public void write_buffer(int value) {
      // Whoever decodes takes the samples after each frame.
    }

    @Override
    public void close() {
      // Nothing is open.
    }

    @Override
    public void set_stop_flag() {
      // Nothing runs that could be stopped.
    }
  }
}
