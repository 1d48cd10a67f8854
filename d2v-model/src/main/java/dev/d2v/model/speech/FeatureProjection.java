package dev.d2v.model.speech;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;

/// From the extractor's channels to the model's: `y = LN(x) W^T + b`. x (B,T,channels) y (B,T,C)
public final class FeatureProjection implements Layer {
  private static final double EPS = 1e-5;

  private final LayerNorm norm;
  private final Linear linear;
  private final int channels;
  private final int C;

  /// Declares `1`, the norm, and `2`, the linear layer.
  ///
  /// @param scope the modality's `project_features`
  public FeatureProjection(ParameterScope scope, int channels, int C) {
    this.norm = new LayerNorm(scope.child("1"), channels, EPS, true);
    this.linear =
        new Linear(
            scope.child("2").exact(),
            channels,
            C,
            Initializer.torchDefault(channels),
            Initializer.torchDefault(channels));
    this.channels = channels;
    this.C = C;
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Shape result = Shape.of(x.shape().dim(0), x.shape().dim(1), C);
    return pass.freeing(result, () -> linear.forward(norm.forward(x, pass), pass));
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Shape input = Shape.of(dy.shape().dim(0), dy.shape().dim(1), channels);
    return pass.freeingAlways(input, () -> norm.backward(linear.backward(dy, pass), pass));
  }
}
