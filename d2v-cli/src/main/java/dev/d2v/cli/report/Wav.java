package dev.d2v.cli.report;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// WAV of 16-bit PCM, one channel, the loudest sample near full scale.
final class Wav {
  private static final int HEADER = 44;
  private static final double FULL = 0.9 * Short.MAX_VALUE;

  /// Taps on either side of a low-pass, for each step of thinning.
  private static final int REACH = 16;

  private Wav() {}

  /// The beginning of a sound as `data:audio/wav;base64,...`.
  ///
  /// @param seconds at most so long
  /// @param rateHz thinned by a whole factor, such that the rate stays at or above this
  static String dataUri(Exhibit.Sound sound, double seconds, int rateHz) {
    return "data:audio/wav;base64,"
        + Base64.getEncoder().encodeToString(encode(sound, seconds, rateHz));
  }

  /// The same as a file's bytes.
  static byte[] encode(Exhibit.Sound sound, double seconds, int rateHz) {
    int factor = Math.max(1, sound.sampleRateHz() / rateHz);
    int rate = sound.sampleRateHz() / factor;
    long most = Math.max(1, Math.round(seconds * sound.sampleRateHz()));
    float[] samples = new float[(int) Math.min(sound.samples().length, most)];
    float peak = sound.peak();
    for (int i = 0; i < samples.length; i++) {
      samples[i] = sound.at(i, peak);
    }
    float[] thin = factor == 1 ? samples : thinned(samples, factor);
    ByteBuffer wav = ByteBuffer.allocate(HEADER + 2 * thin.length).order(ByteOrder.LITTLE_ENDIAN);
    wav.put(ascii("RIFF")).putInt(HEADER - 8 + 2 * thin.length).put(ascii("WAVE"));
    wav.put(ascii("fmt ")).putInt(16).putShort((short) 1).putShort((short) 1);
    wav.putInt(rate).putInt(2 * rate).putShort((short) 2).putShort((short) 16);
    wav.put(ascii("data")).putInt(2 * thin.length);
    for (float sample : thin) {
      wav.putShort((short) Math.round(FULL * Math.clamp(sample, -1f, 1f)));
    }
    return wav.array();
  }

  /// Every `factor`-th sample after a windowed sinc that keeps what is below 0.9 of the new half
  /// rate: without it, high sounds would come back as low ones.
  private static float[] thinned(float[] samples, int factor) {
    int reach = REACH * factor;
    double cutoff = 0.9 / factor;
    double[] taps = new double[2 * reach + 1];
    for (int i = 0; i < taps.length; i++) {
      double x = Math.PI * cutoff * (i - reach);
      double window = 0.5 + 0.5 * Math.cos(Math.PI * (i - reach) / (reach + 1));
      taps[i] = window * (x == 0 ? 1 : Math.sin(x) / x);
    }
    double gain = Arrays.stream(taps).sum();
    float[] thin = new float[(samples.length + factor - 1) / factor];
    for (int j = 0; j < thin.length; j++) {
      double sum = 0;
      int first = j * factor - reach;
      for (int i = Math.max(0, -first); i < Math.min(taps.length, samples.length - first); i++) {
        sum += taps[i] * samples[first + i];
      }
      thin[j] = (float) (sum / gain);
    }
    return thin;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
