package dev.d2v.model.speech;

import dev.d2v.model.LocalEncoder;
import dev.d2v.model.Source;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.PatchEmbedding;
import dev.d2v.tensor.Tensor;

/// A log-mel spectrogram as tokens, `F = conv(spectrogram; kernel = stride = P)`. spectrogram
/// (B,1,frames,mels), made by [LogMelPatches#source] -> F (B,T,C)
///
/// Tokens are ordered by time, and at one time by pitch. A variant: the published models read the
/// waveform, see [SpeechLocalEncoder].
public final class LogMelLocalEncoder implements LocalEncoder {
  private final LogMelPatches patches;
  private final PatchEmbedding embedding;
  private final double gradientFactor;

  /// Declares `local_encoder.proj` under the modality's scope.
  ///
  /// @param patches spectrograms, and how they are cut
  /// @param localGradMult what multiplies the gradient that arrives, in [0,1]
  public LogMelLocalEncoder(
      ParameterScope scope, LogMelPatches patches, int C, double localGradMult) {
    if (!(localGradMult >= 0 && localGradMult <= 1)) {
      throw new IllegalArgumentException(
          "log-mel: localGradMult must be in [0,1], got " + localGradMult);
    }
    int fanIn = patches.patch() * patches.patch();
    this.patches = patches;
    this.embedding =
        new PatchEmbedding(
            scope.child("local_encoder.proj").trainedBy(localGradMult),
            1,
            patches.patch(),
            C,
            Initializer.xavier(fanIn, C),
            Initializer.torchDefault(fanIn));
    this.gradientFactor = localGradMult;
  }

  /// How clips become its input.
  public LogMelPatches patches() {
    return patches;
  }

  @Override
  public Tensor forward(Source source, Pass pass) {
    return forward(source.values(), pass);
  }

  /// F (B,T,C) of spectrograms (B,1,frames,mels).
  public Tensor forward(Tensor source, Pass pass) {
    Pass own = gradientFactor == 0 ? Pass.inference(pass.kernels(), pass.workspace()) : pass;
    return embedding.forward(source, own);
  }

  @Override
  public void backward(Tensor dF, Pass pass) {
    if (gradientFactor == 0) {
      return;
    }
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
