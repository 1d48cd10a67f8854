package dev.d2v.model.speech;

import dev.d2v.model.LocalEncoder;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.PatchEmbedding;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;

/// A log-mel spectrogram as tokens, `F = conv(spectrogram; kernel = stride = P)`. spectrogram
/// (B,1,frames,mels), made by [#source] -> F (B,T,C)
///
/// Tokens are ordered by time, and at one time by pitch. A variant: the published models read the
/// waveform, see [SpeechLocalEncoder].
public final class LogMelLocalEncoder implements LocalEncoder {
  private final LogMel spectrogram;
  private final int patch;
  private final PatchEmbedding embedding;
  private final double gradientFactor;

  /// Declares `local_encoder.proj` under the modality's scope.
  ///
  /// @param patch P, frames and mels of a token; the mels are a multiple of it
  /// @param localGradMult what multiplies the gradient that arrives, in [0,1]
  public LogMelLocalEncoder(
      ParameterScope scope, LogMel spectrogram, int patch, int C, double localGradMult) {
    if (patch < 1 || spectrogram.mels() % patch != 0) {
      throw new IllegalArgumentException(
          "log-mel: the mels (%d) must be a multiple of the patch (%d)"
              .formatted(spectrogram.mels(), patch));
    }
    if (!(localGradMult >= 0 && localGradMult <= 1)) {
      throw new IllegalArgumentException(
          "log-mel: localGradMult must be in [0,1], got " + localGradMult);
    }
    int fanIn = patch * patch;
    this.spectrogram = spectrogram;
    this.patch = patch;
    this.embedding =
        new PatchEmbedding(
            scope.child("local_encoder.proj"),
            1,
            patch,
            C,
            Initializer.xavier(fanIn, C),
            Initializer.torchDefault(fanIn));
    this.gradientFactor = localGradMult;
  }

  /// Tokens at one time.
  public int tokensAcross() {
    return spectrogram.mels() / patch;
  }

  /// T, tokens of so many samples; 0 when they do not fill a patch. Samples and frames behind the
  /// last whole patch are left out.
  public int tokens(int samples) {
    return spectrogram.frames(samples) / patch * tokensAcross();
  }

  /// The shape of what [#forward] takes for B clips of so many samples.
  public Shape sourceShape(int B, int samples) {
    return Shape.of(B, 1, spectrogram.frames(samples) / patch * patch, spectrogram.mels());
  }

  /// What [#forward] takes, for the host to upload: the clips' spectrograms.
  ///
  /// @param waves (B,samples)
  public float[] source(float[] waves, int samples) {
    if (tokens(samples) < 1) {
      throw new IllegalArgumentException(
          "log-mel: expected clips of at least %d samples, got %d; leave shorter clips out"
              .formatted(spectrogram.samples(patch), samples));
    }
    int B = waves.length / samples;
    Shape shape = sourceShape(B, samples);
    int each = shape.intSize() / B;
    float[] out = new float[shape.intSize()];
    for (int b = 0; b < B; b++) {
      float[] all = spectrogram.spectrogram(waves, b * samples, samples);
      System.arraycopy(all, 0, out, b * each, each);
    }
    return out;
  }

  @Override
  public Tensor forward(Tensor source, Pass pass) {
    return embedding.forward(source, pass);
  }

  @Override
  public void backward(Tensor dF, Pass pass) {
    try (var _ = pass.workspace().mark()) {
      Tensor d = dF;
      if (gradientFactor != 1) {
        d = pass.take(dF.shape());
        pass.kernels().elementwise().scale(d, dF, (float) gradientFactor, dF.size());
      }
      embedding.backwardParameters(d, pass);
    }
  }
}
