package dev.d2v.data.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the files hold and how they were made says README.md beside them.
class AudioDecoderTest {
  @TempDir Path folder;

  private Waveform decode(String name) throws Exception {
    Path file = Sounds.copy(name, folder.resolve(name));
    Waveform waveform = AudioDecoder.decode(file);
    assertEquals(
        new Extent(waveform.samples().length, waveform.sampleRateHz()), AudioDecoder.extent(file));
    return waveform;
  }

  private float[] decode(byte[] bytes) throws Exception {
    return AudioDecoder.decode(Sounds.write(folder.resolve("some"), bytes)).samples();
  }

  private void refused(String because, byte[] bytes) throws Exception {
    Path file = Sounds.write(folder.resolve("some"), bytes);
    UnreadableAudio refusal =
        assertThrows(UnreadableAudio.class, () -> AudioDecoder.decode(file), because);
    assertTrue(refusal.reason().contains(because), refusal.reason());
    assertEquals(file, refusal.file());
    assertTrue(String.valueOf(refusal.getMessage()).contains(file.toString()));
  }

  /// 16 bits from the file's own bytes.
  private static float[] mono16() {
    ByteBuffer in = ByteBuffer.wrap(Sounds.resource("mono16.wav")).order(ByteOrder.LITTLE_ENDIAN);
    float[] out = new float[2400];
    for (int i = 0; i < out.length; i++) {
      out[i] = in.getShort(44 + 2 * i) / 32768f;
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"extensible24.wav", "stereo32.wav", "float32.wav", "float64.wav"})
  void wavOfEveryKindIsExact(String name) throws Exception {
    Waveform found = decode(name);
    assertEquals(16_000, found.sampleRateHz());
    assertArrayEquals(Sounds.integers("stereo24.s32", 2), found.samples());
  }

  @Test
  void wavOf16BitsIsExact() throws Exception {
    assertArrayEquals(mono16(), decode("mono16.wav").samples());
  }

  @Test
  void wavOf8BitsHasNoSign() throws Exception {
    float[] found = decode("mono8.wav").samples();
    assertArrayEquals(mono16(), found, 0.51f / 128);
    assertArrayEquals(
        new float[] {-1, 0, 127 / 128f}, decode(Sounds.wav(8_000, 1, 8, new byte[] {0, -128, -1})));
  }

  @ParameterizedTest
  @CsvSource({
    "mono16.flac, mono16.wav",
    "stereo16.flac, stereo16.wav",
    "stereo24.flac, extensible24.wav"
  })
  void flacIsItsWavBitForBit(String flac, String wav) throws Exception {
    Waveform found = decode(flac);
    assertEquals(16_000, found.sampleRateHz());
    assertArrayEquals(decode(wav).samples(), found.samples());
  }

  @ParameterizedTest
  @CsvSource({
    "mono.ogg, 1, 0, 2400",
    "stereo.ogg, 2, 0, 2400",
    "mono.mp3, 1, 0, 2400",
    "untagged.mp3, 1, 1105, 2927",
    "stereo44.mp3, 2, 0, 6615"
  })
  void lossyFilesAreWhatAnotherDecoderSays(String name, int channels, int from, int count)
      throws Exception {
    float[] expected = Sounds.floats(name + ".f32", channels);
    float[] found = decode(name).samples();
    assertEquals(count, found.length);
    assertArrayEquals(Arrays.copyOfRange(expected, from, from + count), found, 3e-6f);
  }

  @ParameterizedTest
  @CsvSource({
    "mono.ogg, mono16.wav",
    "stereo.ogg, stereo16.wav",
    "mono.mp3, mono16.wav",
    "untagged.mp3, mono16.wav",
    "stereo44.mp3, stereo44.wav"
  })
  void lossyFilesAreInStepWithTheOriginal(String lossy, String original) throws Exception {
    float[] expected = decode(original).samples();
    float[] found = decode(lossy).samples();
    int best = 0;
    double highest = 0;
    for (int lag = -50; lag <= 50; lag++) {
      double product = 0;
      for (int i = 100; i < expected.length - 100; i++) {
        product += expected[i] * found[i + lag];
      }
      if (product > highest) {
        highest = product;
        best = lag;
      }
    }
    assertEquals(0, best);
    double error = 0;
    double power = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow(expected[i] - found[i], 2);
      power += Math.pow(expected[i], 2);
    }
    assertTrue(10 * Math.log10(power / error) > 12, "dB " + 10 * Math.log10(power / error));
  }

  @Test
  void chunksOfAWavMayComeInAnyOrderAndArePadded() throws Exception {
    byte[] plain = Sounds.wav(8_000, 1, 8, new byte[] {0, -128, -1});
    byte[] format = Arrays.copyOfRange(plain, 12, 36);
    byte[] data = Arrays.copyOfRange(plain, 36, 47);
    byte[] odd = {'L', 'I', 'S', 'T', 3, 0, 0, 0, 'a', 'b', 'c', 0};
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(plain, 0, 12);
    out.writeBytes(odd);
    out.writeBytes(data);
    out.write(0);
    out.writeBytes(odd);
    out.writeBytes(format);
    assertArrayEquals(decode(plain), decode(out.toByteArray()));
  }

  @Test
  void aWavThatWasStreamedEndsWithItsFile() throws Exception {
    byte[] bytes = Sounds.wav(8_000, 1, 16, new byte[10]);
    Arrays.fill(bytes, 40, 44, (byte) -1);
    assertEquals(5, decode(bytes).length);
  }

  @Test
  void contentsDecideNotTheName() throws Exception {
    Path file = Sounds.copy("mono16.flac", folder.resolve("really-a-flac.mp3"));
    assertArrayEquals(mono16(), AudioDecoder.decode(file).samples());
    ByteArrayOutputStream tagged = new ByteArrayOutputStream();
    tagged.writeBytes(new byte[] {'I', 'D', '3', 4, 0, 0, 0, 0, 0, 3, 1, 2, 3});
    tagged.writeBytes(Sounds.resource("mono16.flac"));
    assertArrayEquals(mono16(), decode(tagged.toByteArray()), "a tag in front");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mono16.wav",
        "extensible24.wav",
        "mono16.flac",
        "stereo24.flac",
        "mono.ogg",
        "mono.mp3",
        "untagged.mp3"
      })
  void aFileCutShortIsUnreadable(String name) throws Exception {
    byte[] bytes = Sounds.resource(name);
    for (int percent : new int[] {0, 1, 5, 20, 50, 80, 95}) {
      Path file =
          Sounds.write(folder.resolve(name), Arrays.copyOf(bytes, bytes.length * percent / 100));
      assertThrows(UnreadableAudio.class, () -> AudioDecoder.decode(file), percent + " %");
    }
    refused("cut short", Arrays.copyOf(bytes, bytes.length - 10));
  }

  @Test
  void whatIsNoSoundIsNamedSo() throws Exception {
    refused("the file is empty", new byte[0]);
    refused("not a WAV, FLAC, Ogg Vorbis or MP3 file", Sounds.letters("no sound at all"));
    refused("holds no samples", Sounds.wav(16_000, 1, 16, new byte[0]));
    byte[] opus = Arrays.copyOf(Sounds.resource("mono.ogg"), 100);
    System.arraycopy(Sounds.letters("OpusHead"), 0, opus, 28, 8);
    refused("Opus", opus);
    byte[] packed = Sounds.wav(16_000, 1, 16, new byte[10]);
    packed[20] = 0x11;
    refused("compressed (format 0x0011)", packed);
    UnreadableAudio gone =
        assertThrows(UnreadableAudio.class, () -> AudioDecoder.decode(folder.resolve("none")));
    assertEquals("the file has gone", gone.reason());
    Path directory = Files.createDirectories(folder.resolve("directory"));
    assertThrows(UnreadableAudio.class, () -> AudioDecoder.decode(directory));
  }

  @Test
  void damageIsNoticed() throws Exception {
    byte[] flac = Sounds.resource("mono16.flac");
    flac[flac.length / 2] ^= 4;
    refused("damaged", flac);
    byte[] md5 = Sounds.resource("mono16.flac");
    md5[4 + 4 + 18] ^= 1;
    refused("MD5", md5);
    byte[] ogg = Sounds.resource("mono.ogg");
    ogg[ogg.length - 100] ^= 1;
    refused("last page is missing", ogg);
    byte[] real = Sounds.resource("float32.wav");
    ByteBuffer.wrap(real).order(ByteOrder.LITTLE_ENDIAN).putFloat(real.length - 8, Float.NaN);
    refused("sample 2399 is NaN", real);
  }

  @Test
  void absurdHeadersAreRefusedWithoutTheMemory() throws Exception {
    byte[] wav = Sounds.wav(16_000, 1, 16, new byte[10]);
    ByteBuffer.wrap(wav).order(ByteOrder.LITTLE_ENDIAN).putInt(40, 0x7ffffff0);
    refused("cut short", wav);
    byte[] rate = Sounds.wav(16_000, 1, 16, new byte[10]);
    ByteBuffer.wrap(rate).order(ByteOrder.LITTLE_ENDIAN).putInt(24, 1);
    refused("the header says 1 Hz", rate);
    byte[] flac = Sounds.resource("mono16.flac");
    flac[21] |= 0x0f;
    refused("cut short", flac);
    byte[] ogg = Sounds.resource("mono.ogg");
    int book = 0;
    while (ogg[book] != 'B' || ogg[book + 1] != 'C' || ogg[book + 2] != 'V') {
      book++;
    }
    Arrays.fill(ogg, book + 3, book + 8, (byte) -1);
    Sounds.repairPages(ogg);
    refused("codebooks of an absurd size", ogg);
  }

  @Test
  void filesAreDecodedBySeveralThreadsAtOnce() throws Exception {
    for (String name : List.of("mono.mp3", "stereo.ogg", "stereo24.flac")) {
      Path file = Sounds.copy(name, folder.resolve(name));
      Callable<float[]> task = () -> AudioDecoder.decode(file).samples();
      try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
        for (Future<float[]> each : pool.invokeAll(Collections.nCopies(16, task))) {
          assertArrayEquals(AudioDecoder.decode(file).samples(), each.get());
        }
      }
    }
  }
}
