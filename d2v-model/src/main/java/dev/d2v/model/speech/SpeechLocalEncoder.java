package dev.d2v.model.speech;

import dev.d2v.model.LocalEncoder;
import dev.d2v.model.Source;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;

/// A waveform as frames: the convolutions of [ConvFeatureExtractor], then [FeatureProjection]. wave
/// (B,N) -> F (B,T,C)
///
/// Source: the paper, section 3.1; fairseq `AudioEncoder`.
public final class SpeechLocalEncoder implements LocalEncoder {
  private final ConvFeatureExtractor extractor;
  private final FeatureProjection projection;
  private final int C;
  private final double gradientFactor;

  /// Declares `local_encoder` and `project_features` under the modality's scope.
  ///
  /// @param bias whether convolutions have one; the published models' have none
  /// @param localGradMult what multiplies the gradient that enters the convolutions' backward, in
  ///   [0,1]: at 0 they are frozen and save nothing, the projection is trained all the same
  public SpeechLocalEncoder(
      ParameterScope scope,
      ConvSpec spec,
      ConvFeatureExtractor.Mode mode,
      boolean bias,
      int C,
      double localGradMult) {
    if (!(localGradMult >= 0 && localGradMult <= 1)) {
      throw new IllegalArgumentException(
          "speech: localGradMult must be in [0,1], got " + localGradMult);
    }
    ParameterScope convolutions = scope.child("local_encoder").trainedBy(localGradMult);
    this.extractor = new ConvFeatureExtractor(convolutions, spec, mode, bias);
    this.projection = new FeatureProjection(scope.child("project_features"), spec.channels(), C);
    this.C = C;
    this.gradientFactor = localGradMult;
  }

  @Override
  public Tensor forward(Source source, Pass pass) {
    return forward(source.values(), pass);
  }

  /// F (B,T,C) of waveforms (B,N).
  public Tensor forward(Tensor wave, Pass pass) {
    Pass convolutions =
        gradientFactor == 0 ? Pass.inference(pass.kernels(), pass.workspace()) : pass;
    Shape result = Shape.of(wave.shape().dim(0), spec().frames(wave.shape().dim(-1)), C);
    return pass.freeing(
        result, () -> projection.forward(extractor.forward(wave, convolutions), pass));
  }

  @Override
  public void backward(Tensor dF, Pass pass) {
    try (var _ = pass.workspace().mark()) {
      Tensor d = projection.backward(dF, pass);
      if (gradientFactor == 0) {
        return;
      }
      if (gradientFactor != 1) {
        pass.kernels().elementwise().scale(d, d, (float) gradientFactor, d.size());
      }
      extractor.backwardParameters(d, pass);
    }
  }

  /// The layers' sizes, which say how many frames a waveform has.
  public ConvSpec spec() {
    return extractor.spec();
  }
}
