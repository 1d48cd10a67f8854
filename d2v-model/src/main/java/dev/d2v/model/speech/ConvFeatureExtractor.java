package dev.d2v.model.speech;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Conv1d;
import dev.d2v.nn.layer.Conv1dNormGelu;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// A waveform cut into frames by strided convolutions, `h = gelu(norm(conv(h)))` a layer. wave
/// (B,N) -> (B,T,channels), T = [ConvSpec#frames] of N
///
/// Source: wav2vec 2.0's feature encoder; fairseq `ConvFeatureExtractionModel`.
public final class ConvFeatureExtractor {
  private record Saved(Shape wave) {}

  private static final double EPS = 1e-5;

  private final ConvSpec spec;
  private final List<Conv1dNormGelu> layers = new ArrayList<>();

  /// Which norms the layers have.
  public enum Mode {
    /// Every layer a layer norm over channels: all published speech models.
    LAYER_NORM,
    /// The first layer a norm of each channel over time, the others none; official `default`.
    GROUP_NORM
  }

  /// Declares `conv_layers.i.0`, the convolutions, and their norms: `conv_layers.i.2.1` of every
  /// layer, or `conv_layers.0.2` of the first.
  ///
  /// @param scope the local encoder's
  public ConvFeatureExtractor(ParameterScope scope, ConvSpec spec, Mode mode, boolean bias) {
    this.spec = spec;
    int in = 1;
    for (int i = 0; i < spec.layers().size(); i++) {
      ConvLayer layer = spec.layers().get(i);
      ParameterScope at = scope.child("conv_layers." + i);
      int fanIn = Math.multiplyExact(in, layer.kernel());
      Conv1d conv =
          new Conv1d(
              at.child("0"),
              in,
              layer.channels(),
              layer.kernel(),
              layer.stride(),
              1,
              new Initializer.Normal((float) Math.sqrt(2.0 / fanIn)),
              bias ? Initializer.torchDefault(fanIn) : null);
      layers.add(
          switch (mode) {
            case LAYER_NORM -> Conv1dNormGelu.layerNorm(conv, at.child("2.1"), EPS);
            case GROUP_NORM ->
                i == 0
                    ? Conv1dNormGelu.channelNorm(conv, at.child("2"), EPS)
                    : Conv1dNormGelu.plain(conv);
          });
      in = layer.channels();
    }
  }

  /// The frames. Fails when the waveform is too short for one.
  public Tensor forward(Tensor wave, Pass pass) {
    Shape s = wave.shape();
    if (s.rank() != 2 || spec.frames(s.dim(1)) < 1) {
      throw new IllegalArgumentException(
          "feature extractor: expected waveforms (B,N) of at least %d samples, got %s; leave shorter clips out or pad them"
              .formatted(spec.minimumSamples(), s));
    }
    Shape result = Shape.of(s.dim(0), spec.frames(s.dim(1)), spec.channels());
    Tensor frames =
        pass.freeing(
            result,
            () -> {
              Tensor h = wave.reshape(s.dim(0), s.dim(1), 1);
              for (Conv1dNormGelu layer : layers) {
                h = layer.forward(h, pass);
              }
              return h;
            });
    pass.save(this, new Saved(s));
    return frames;
  }

  /// The gradient of the waveform (B,N), given that of the frames; adds to those of the parameters.
  public Tensor backward(Tensor dy, Pass pass) {
    return pass.freeingAlways(
        pass.restore(this, Saved.class).wave,
        () -> layers.getFirst().backward(toFirst(dy, pass), pass));
  }

  /// [#backward] without the gradient of the waveform, which nobody needs in training.
  public void backwardParameters(Tensor dy, Pass pass) {
    pass.restore(this, Saved.class);
    try (var _ = pass.workspace().mark()) {
      layers.getFirst().backwardParameters(toFirst(dy, pass), pass);
    }
  }

  private Tensor toFirst(Tensor dy, Pass pass) {
    Tensor d = dy;
    for (int i = layers.size() - 1; i > 0; i--) {
      d = layers.get(i).backward(d, pass);
    }
    return d;
  }

  /// The layers' sizes.
  public ConvSpec spec() {
    return spec;
  }
}
