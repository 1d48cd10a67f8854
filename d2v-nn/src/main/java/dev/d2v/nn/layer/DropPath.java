package dev.d2v.nn.layer;

import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;

/// `y[b] = keep[b] * x[b] / (1-p)`, `keep[b] = u[b] >= p`, in training; `y = x` otherwise:
/// stochastic depth, for the branch of a residual sum.
///
/// Where: x, y (B,...), whole samples kept or dropped, u uniform in [0,1) from a stream of the
/// layer's own; the backward draws it again. No parameters.
public final class DropPath implements Layer {
  private final int stream;
  private final double p;

  /// Drop path with probability p in [0,1).
  public DropPath(ParameterScope scope, double p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException(
          "drop path: the probability must be in [0,1), got " + p + "; 0 switches it off");
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

  /// `dx[b] = keep[b] * dy[b] / (1-p)`; dy itself where nothing was dropped.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    return drop(dy, pass);
  }

  private Tensor drop(Tensor x, Pass pass) {
    if (!active(pass)) {
      return x;
    }
    Tensor y = pass.take(x.shape());
    int rows = x.shape().dim(0);
    int rowSize = rows == 0 ? 0 : x.shape().intSize() / rows;
    pass.kernels().random().dropPath(y, x, pass.step().numbers(), stream, (float) p, rows, rowSize);
    return y;
  }

  /// The probability of dropping.
  public double probability() {
    return p;
  }
}
