package dev.d2v.data.speech;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;

/// Files to [Waveform]s: WAV, FLAC, Ogg Vorbis and MP3. Which decoder reads a file is told by its
/// contents, not its name.
///
/// | format | what is read | values |
/// |---|---|---|
/// | WAV | PCM of 8, 16, 24, 32 bits, float of 32 and 64 bits, plain or extensible | exact |
/// | FLAC | 4 to 24 bits, 1 to 8 channels; checksums and MD5 are verified | exact |
/// | Ogg Vorbis | one stream; pages' checksums are verified | within rounding of libvorbis |
/// | MP3 | layer III without free format; the encoder's and decoder's delay is cut | within rounding |
///
/// Channels are averaged. Integers are divided by their full scale, so their values lie in [-1, 1);
/// float files and the lossy formats may go beyond, which is kept. A file that is damaged, cut
/// short, empty, of another kind or holds numbers that are not finite is [UnreadableAudio].
public final class AudioDecoder {
  private static final int MIN_RATE = 1_000;
  private static final int MAX_RATE = 768_000;

  private AudioDecoder() {}

  /// The whole file, at its own rate.
  ///
  /// @throws UnreadableAudio when it cannot be used
  public static Waveform decode(Path file) throws UnreadableAudio {
    try (AudioBytes bytes = AudioBytes.open(file)) {
      AudioFile audio = open(bytes);
      return new Waveform(finite(bytes, audio.decode()), audio.sampleRateHz());
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  /// Length and rate, from the header where that tells, else by decoding.
  ///
  /// @throws UnreadableAudio when the header is damaged; damage elsewhere shows when decoding
  public static Extent extent(Path file) throws UnreadableAudio {
    try (AudioBytes bytes = AudioBytes.open(file)) {
      AudioFile audio = open(bytes);
      OptionalLong told = audio.samples();
      long samples = told.isPresent() ? told.getAsLong() : audio.decode().length;
      if (samples <= 0) {
        throw bytes.unreadable("holds no samples");
      }
      return new Extent(samples, audio.sampleRateHz());
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  /// Decoders of others answer damaged data with almost any runtime exception.
  private static UnreadableAudio damaged(Path file, RuntimeException e) {
    String message = e.getMessage();
    return new UnreadableAudio(
        file, "damaged: " + (message == null ? e.getClass().getSimpleName() : message), e);
  }

  private static AudioFile open(AudioBytes bytes) throws UnreadableAudio {
    int start = afterId3(bytes);
    ByteBuffer head = bytes.at(start, 12);
    AudioFile audio;
    if (begins(head, 0, "RIFF") && begins(head, 8, "WAVE")) {
      audio = WavFile.open(bytes, start);
    } else if (begins(head, 0, "fLaC")) {
      audio = FlacFile.open(bytes, start);
    } else if (begins(head, 0, "OggS")) {
      audio = VorbisFile.open(bytes, start);
    } else if (Mp3Header.at(bytes.bytes(start, 4), 0).isPresent()) {
      audio = Mp3File.open(bytes, start);
    } else {
      throw bytes.unreadable("not a WAV, FLAC, Ogg Vorbis or MP3 file");
    }
    int rate = audio.sampleRateHz();
    if (rate < MIN_RATE || rate > MAX_RATE) {
      throw bytes.unreadable(
          "the header says %d Hz, not within %d to %d".formatted(rate, MIN_RATE, MAX_RATE));
    }
    return audio;
  }

  /// Where the sound begins behind tags of ID3 version 2, which some put before any format.
  private static int afterId3(AudioBytes bytes) throws UnreadableAudio {
    int at = 0;
    while (true) {
      ByteBuffer head = bytes.at(at, 10);
      if (!begins(head, 0, "ID3") || head.remaining() < 10) {
        return at;
      }
      long size = 0;
      for (int i = 6; i < 10; i++) {
        size = size << 7 | (head.get(i) & 0x7f);
      }
      boolean footer = (head.get(5) & 0x10) != 0;
      long end = at + 10 + size + (footer ? 10 : 0);
      if (end >= bytes.size()) {
        throw bytes.unreadable("cut short within its ID3 tag");
      }
      at = (int) end;
    }
  }

  static boolean begins(ByteBuffer bytes, int at, String with) {
    if (bytes.limit() - at < with.length()) {
      return false;
    }
    for (int i = 0; i < with.length(); i++) {
      if (bytes.get(at + i) != (byte) with.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static float[] finite(AudioBytes bytes, float[] samples) throws UnreadableAudio {
    if (samples.length == 0) {
      throw bytes.unreadable("holds no samples");
    }
    for (int i = 0; i < samples.length; i++) {
      if (!Float.isFinite(samples[i])) {
        throw bytes.unreadable("sample %d is %s".formatted(i, samples[i]));
      }
    }
    return samples;
  }
}
