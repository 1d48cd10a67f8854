package dev.d2v.nn.layer;

import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;

/// `y[i] = keep[i] * x[i] / (1-p)`, `keep[i] = u[i] >= p`, in training; `y = x` otherwise.
///
/// Where: x, y of any shape, u uniform in [0,1) from a stream of the layer's own, the same for the
/// same update and micro-batch: the backward draws it again and nothing is saved. No parameters.
public final class Dropout implements Layer {
  private final int stream;
  private final double p;

  /// Dropout with probability p in [0,1).
  public Dropout(ParameterScope scope, double p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException(
          "dropout: the probability must be in [0,1), got " + p + "; 0 switches it off");
    }
    this.stream = scope.stream();
    this.p = p;
  }

  /// Whether it does anything in this pass.
  public boolean active(Pass pass) {
    return p > 0 && pass.training();
  }

  /// x itself where nothing is dropped.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return drop(x, pass);
  }

  /// `dx = keep * dy / (1-p)`; dy itself where nothing was dropped.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    return drop(dy, pass);
  }

  private Tensor drop(Tensor x, Pass pass) {
    if (!active(pass)) {
      return x;
    }
    Tensor y = pass.take(x.shape());
    into(y, x, pass);
    return y;
  }

  /// Forward or backward into a tensor that the caller took, which may be x itself.
  void into(Tensor y, Tensor x, Pass pass) {
    pass.kernels().random().dropout(y, x, pass.step().numbers(), stream, (float) p, x.size());
  }

  /// Forward or backward in place, for composites that own x.
  void inPlace(Tensor x, Pass pass) {
    if (active(pass)) {
      into(x, x, pass);
    }
  }

  /// The probability of dropping.
  public double probability() {
    return p;
  }
}
