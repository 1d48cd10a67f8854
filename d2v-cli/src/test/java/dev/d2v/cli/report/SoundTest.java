package dev.d2v.cli.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SoundTest {
  private static Exhibit.Sound tone(double hertz, int rateHz, double seconds) {
    float[] samples = new float[(int) (seconds * rateHz)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) (7 * Math.sin(2 * Math.PI * hertz * i / rateHz));
    }
    return new Exhibit.Sound(samples, rateHz);
  }

  @Test
  @DisplayName("a WAV says what it holds, the loudest sample near full scale whatever the scale")
  void wav() {
    float[] samples = {0, 50, -25, Float.NaN};
    ByteBuffer wav = wav(Wav.encode(new Exhibit.Sound(samples, 16_000), 4, 16_000), 16_000, 4);
    short[] pcm = new short[4];
    wav.asShortBuffer().get(pcm);
    assertArrayEquals(new short[] {0, 29_490, -14_745, 0}, pcm);
    assertEquals(0, wav(Wav.encode(new Exhibit.Sound(new float[3], 8), 4, 8), 8, 3).getShort());
  }

  @Test
  @DisplayName("long sounds are cut, high rates divided by a whole factor")
  void shortened() {
    wav(Wav.encode(tone(100, 16_000, 3), 2, 16_000), 16_000, 32_000);
    wav(Wav.encode(tone(100, 16_000, 3), 2, 8_000), 8_000, 16_000);
    wav(Wav.encode(tone(100, 22_050, 1), 2, 8_000), 11_025, 11_025);
    wav(Wav.encode(tone(100, 4_000, 1), 2, 8_000), 4_000, 4_000);
  }

  @ParameterizedTest
  @CsvSource({"300,1", "3000,1", "5000,0", "7500,0"})
  @DisplayName("thinning keeps what the lower rate can hold, and nothing else comes back as a tone")
  void lowPass(double hertz, double kept) {
    ByteBuffer wav = wav(Wav.encode(tone(hertz, 16_000, 0.5), 1, 8_000), 8_000, 4_000);
    double sum = 0;
    for (int i = 0; i < 4_000; i++) {
      double value = wav.getShort() / 32_767.0;
      // the ends hear the silence around the sound
      sum += i > 100 && i < 3_900 ? value * value : 0;
    }
    assertEquals(kept * 0.9, Math.sqrt(2 * sum / 3_799), 0.01);
  }

  @ParameterizedTest
  @ValueSource(doubles = {200, 1_000, 5_000})
  @DisplayName("a tone lights the spectrogram at its pitch")
  void spectrogram(double hertz) {
    Exhibit.Sound sound = tone(hertz, 16_000, 0.4);
    Picture picture = Spectrogram.of(sound);
    assertEquals(48, picture.height());
    assertTrue(picture.width() <= 300 && picture.width() > 50, "width " + picture.width());
    int brightest = 0;
    for (int y = 1; y < picture.height(); y++) {
      if (light(picture, 40, y) > light(picture, 40, brightest)) {
        brightest = y;
      }
    }
    double low = 1127 * Math.log1p(50 / 700.0);
    double high = 1127 * Math.log1p(8_000 / 700.0);
    double band = 49 * (1127 * Math.log1p(hertz / 700) - low) / (high - low) - 1;
    assertEquals(47 - band, brightest, 1);
  }

  @Test
  @DisplayName("silence, a click and a second of one sample have spectrograms too")
  void oddSpectrograms() {
    assertEquals(48, Spectrogram.of(new Exhibit.Sound(new float[800], 16_000)).height());
    assertEquals(1, Spectrogram.of(new Exhibit.Sound(new float[] {1}, 16_000)).width());
    assertEquals(1, Spectrogram.of(new Exhibit.Sound(new float[] {1}, 1)).width());
    float[] click = new float[16_000];
    click[12_000] = 1;
    Picture picture = Spectrogram.of(new Exhibit.Sound(click, 16_000));
    int loud = picture.width() * 3 / 4;
    assertTrue(light(picture, loud, 20) > 3 * light(picture, loud - 20, 20));
  }

  @Test
  @DisplayName("a drawing keeps lone spikes and veils each run of hidden frames once")
  void drawing() {
    float[] samples = new float[1_000];
    samples[501] = 2;
    samples[502] = -1;
    String svg =
        WaveDrawing.svg(
            new Exhibit.Sound(samples, 1_000),
            10,
            "\"w\"",
            new boolean[] {true, true, false, false, true});
    assertTrue(svg.contains("L330 1.8L"), svg);
    assertTrue(svg.contains("L330 44.1L"), svg);
    assertTrue(svg.contains("d=\"M0 0H240V60H0zM480 0H600V60H480z\""), svg);
    assertTrue(svg.contains("aria-label=\"&quot;w&quot;\""), svg);
    String few = WaveDrawing.svg(new Exhibit.Sound(new float[] {1, -1}, 1), 10, "few");
    assertTrue(few.contains("d=\"M150 1.8L450 58.2L450 58.2L150 1.8z\""), few);
  }

  private static int light(Picture picture, int x, int y) {
    return picture.at(x, y, 0) + picture.at(x, y, 1) + picture.at(x, y, 2);
  }

  /// Checks the header; what is left is the samples.
  private static ByteBuffer wav(byte[] bytes, int rateHz, int samples) {
    ByteBuffer wav = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals("RIFF", ascii(wav));
    assertEquals(bytes.length - 8, wav.getInt());
    assertEquals("WAVE", ascii(wav));
    assertEquals("fmt ", ascii(wav));
    assertEquals(16, wav.getInt());
    assertEquals(1, wav.getShort(), "PCM");
    assertEquals(1, wav.getShort(), "channels");
    assertEquals(rateHz, wav.getInt());
    assertEquals(2 * rateHz, wav.getInt());
    assertEquals(2, wav.getShort());
    assertEquals(16, wav.getShort());
    assertEquals("data", ascii(wav));
    assertEquals(2 * samples, wav.getInt());
    assertEquals(2 * samples, wav.remaining());
    return wav;
  }

  private static String ascii(ByteBuffer bytes) {
    byte[] name = new byte[4];
    bytes.get(name);
    return new String(name, StandardCharsets.US_ASCII);
  }
}
