package dev.d2v.model.speech;

import java.util.function.IntUnaryOperator;

/// What padding of samples means for frames.
public final class Frames {
  private Frames() {}

  /// Padding of frames (B,frames), 1 = padded, of clips that were filled up to a common length:
  /// frame t of a clip is padding when the clip alone would give at most t frames. Source: fairseq
  /// `AudioEncoder.convert_padding_mask`.
  ///
  /// @param lengths samples of each clip without the filling
  /// @param samples the common length
  /// @param framesOf frames of so many samples: [ConvSpec#frames], `LogMelLocalEncoder.tokens`
  public static int[] padding(int[] lengths, int samples, IntUnaryOperator framesOf) {
    int frames = framesOf.applyAsInt(samples);
    int[] mask = new int[Math.multiplyExact(lengths.length, frames)];
    for (int b = 0; b < lengths.length; b++) {
      int own = framesOf.applyAsInt(lengths[b]);
      if (own < 1 || lengths[b] > samples) {
        throw new IllegalArgumentException(
            "padding: clip %d has %d samples; expected at most %d, and enough for a frame: leave shorter clips out"
                .formatted(b, lengths[b], samples));
      }
      java.util.Arrays.fill(mask, b * frames + own, (b + 1) * frames, 1);
    }
    return mask;
  }
}
