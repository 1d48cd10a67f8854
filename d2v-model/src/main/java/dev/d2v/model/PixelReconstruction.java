package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.Tensor;

/// The pixels of masked patches from the decoder's predictions: what masked autoencoders learn.
///
/// ```text
/// loss = w * sum over masked (r,t) and p of scale * l(W pred + b - patch, standardised)
/// ```
///
/// A patch has p = channels * side^2 pixels, standardised with their unbiased variance. Officially
/// p = C; here W (p,C) may have any shape. Source: fairseq `Data2VecMultiModel.forward`,
/// `recon_loss`; He et al. 2022, "Masked autoencoders", section 3.
final class PixelReconstruction {
  private static final float EPS = 1e-6f;

  private final ImageConfig image;
  private final LossConfig config;
  private final Linear projection;

  /// Declares `recon_proj`.
  PixelReconstruction(ParameterScope root, ImageConfig image, LossConfig config, int C) {
    this.image = image;
    this.config = config;
    this.projection =
        new Linear(
            root.child("recon_proj"),
            C,
            image.patchPixels(),
            Initializer.torchDefault(C),
            Initializer.torchDefault(C));
  }

  /// Assigns the loss (1) and gives its gradient towards the predictions (R,T,C).
  Tensor backward(
      Tensor loss, Tensor pred, Source source, StepIndices index, Pass pass, Observer observer) {
    int B = source.samples();
    int T = image.tokens();
    int pixels = image.patchPixels();
    int side = image.imageSize();
    Tensor patches = pass.take(B, T, pixels);
    pass.kernels()
        .conv()
        .patches(
            patches, source.values(), true, B, image.channels(), side, side, image.patchSize());
    Tensor target = pass.take(B, T, pixels);
    pass.kernels().norm().standardizeRows(target, patches, EPS, B * T, pixels);
    Tensor y = projection.forward(pred, pass);
    Tensor dy = pass.take(y.shape());
    double scale = config.reconstruction() * config.scaleFor(pixels);
    pass.kernels()
        .loss()
        .regression(
            loss,
            dy,
            y,
            target,
            index.target(),
            (float) config.beta(),
            (float) scale,
            y.shape().rows(),
            pixels);
    observer.see("recon.pred", y);
    observer.see("recon.target", target);
    return projection.backward(dy, pass);
  }
}
