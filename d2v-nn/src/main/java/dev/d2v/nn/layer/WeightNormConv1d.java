package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvShape;

/// A grouped convolution that keeps the length of its input, with a weight that is a direction and
/// a length for each place of the kernel: `W[o,i,s] = g[s] * v[o,i,s] / norm[s]`, `norm[s] =
/// sqrt(sum over o,i of v[o,i,s]^2)`.
///
/// Where: x (N,L,C), y (N,L,C), padding K/2, the last place dropped for even K; `weight_g` g
/// (1,1,K), `weight_v` v (C,C/groups,K), `bias` (C). Derivation:
/// docs/derivations/conv-positions.md.
public final class WeightNormConv1d implements Layer {
  private record Saved(Tensor x, Tensor w, Tensor norm, ConvShape shape) {}

  private final Parameter bias;
  private final Parameter g;
  private final Parameter v;
  private final int C;
  private final int kernel;
  private final int groups;

  /// Declares `bias`, `weight_g` and `weight_v` in the scope: v from N(0, std^2), g the length that
  /// v then has on average, bias zero.
  public WeightNormConv1d(ParameterScope scope, int C, int kernel, int groups, double std) {
    if (groups < 1 || C % groups != 0 || kernel < 1) {
      throw new IllegalArgumentException(
          "convolution: %d groups must divide %d channels, and the kernel (%d) be positive"
              .formatted(groups, C, kernel));
    }
    int I = C / groups;
    double length = std * Math.sqrt((double) C * I);
    this.bias = scope.parameter("bias", Shape.of(C), Initializer.zeros());
    this.g =
        scope.parameter(
            "weight_g", Shape.of(1, 1, kernel), new Initializer.Constant((float) length));
    this.v =
        scope.parameter(
            "weight_v",
            Shape.of(C, I, kernel),
            new Initializer.Normal((float) std),
            Storage.Use.FILTER);
    this.C = C;
    this.kernel = kernel;
    this.groups = groups;
  }

  /// The convolution.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Shape s = x.shape();
    if (s.rank() != 3 || s.dim(2) != C) {
      throw new IllegalArgumentException(
          "%s: expected an input of shape (N,L,%d), got %s".formatted(v.name(), C, s));
    }
    ConvShape shape = ConvShape.same1d(s.dim(0), s.dim(1), C, C, kernel, groups);
    Tensor y = pass.take(s);
    try (var _ = pass.temporaries()) {
      Tensor w = pass.take(v.shape());
      Tensor norm = pass.take(kernel);
      pass.kernels()
          .elementwise()
          .weightNormForward(w, norm, v.widened(pass), g.compute(), rows(), kernel);
      pass.kernels().conv().conv2dForward(y, x, w, bias.compute(), shape);
      pass.save(this, new Saved(x, w, norm, shape));
    }
    return y;
  }

  private int rows() {
    return C * (C / groups);
  }

  /// dx and dW as those of [Conv2d]; then, with `along[s] = sum over o,i of dW[o,i,s] *
  /// v[o,i,s]/norm[s]`, `dg[s] += along[s]`, `dv[o,i,s] += g[s]/norm[s] * (dW[o,i,s] - along[s] *
  /// v[o,i,s]/norm[s])`.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    Tensor dx = pass.take(dy.shape());
    pass.kernels().conv().conv2dBackwardInput(dx, dy, s.w, null, s.shape);
    if (bias.hasGradient()) {
      pass.kernels().elementwise().sumRows(bias.gradient(), dy, dy.shape().rows(), 1, C);
    }
    if (g.hasGradient() || v.hasGradient()) {
      try (var _ = pass.workspace().mark()) {
        weightGradients(dy, s, pass);
      }
    }
    return dx;
  }

  private void weightGradients(Tensor dy, Saved s, Pass pass) {
    Tensor dw = pass.take(v.shape());
    pass.kernels().elementwise().fill(dw, 0, dw.size());
    pass.kernels().conv().conv2dBackwardWeight(dw, null, dy, s.x, s.shape);
    // Of a frozen parameter the gradient goes nowhere.
    Tensor dv = v.hasGradient() ? v.gradient() : pass.take(v.shape());
    Tensor dg = g.hasGradient() ? g.gradient() : pass.take(g.shape());
    pass.kernels()
        .elementwise()
        .weightNormBackward(dv, dg, dw, v.compute(), g.compute(), s.norm, rows(), kernel);
  }
}
