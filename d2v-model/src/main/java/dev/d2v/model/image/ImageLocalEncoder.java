package dev.d2v.model.image;

import dev.d2v.model.LocalEncoder;
import dev.d2v.model.Source;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.PatchEmbedding;
import dev.d2v.tensor.Tensor;

/// Patches of an image as tokens, `F = conv(image; kernel = stride = P)`. image (B,channels,H,W) F
/// (B,T,C)
///
/// Source: the paper, section 3.1; fairseq `ImageEncoder`.
public final class ImageLocalEncoder implements LocalEncoder {
  private final PatchEmbedding embedding;
  private final double gradientFactor;

  /// Declares `local_encoder.proj` under the scope.
  public ImageLocalEncoder(ParameterScope scope, ImageConfig config, int C) {
    int fanIn = config.channels() * config.patchSize() * config.patchSize();
    this.embedding =
        new PatchEmbedding(
            scope.child("local_encoder.proj").trainedBy(config.localGradMult()),
            config.channels(),
            config.patchSize(),
            C,
            Initializer.xavier(fanIn, C),
            Initializer.torchDefault(fanIn));
    this.gradientFactor = config.localGradMult();
  }

  @Override
  public Tensor forward(Source source, Pass pass) {
    Pass own = gradientFactor == 0 ? Pass.inference(pass.kernels(), pass.workspace()) : pass;
    return embedding.forward(source.values(), own);
  }

  /// With `localGradMult` g the gradient that arrives is multiplied by g; at 0 there is nothing to
  /// do.
  @Override
  public void backward(Tensor dF, Pass pass) {
    if (gradientFactor == 0) {
      return;
    }
    Tensor scaled = dF;
    if (gradientFactor != 1) {
      scaled = pass.take(dF.shape());
      pass.kernels().elementwise().scale(scaled, dF, (float) gradientFactor, dF.size());
    }
    embedding.backwardParameters(scaled, pass);
  }
}
