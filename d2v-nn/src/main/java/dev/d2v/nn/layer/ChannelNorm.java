package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `y[b,t,c] = gamma[c] * (x[b,t,c] - mean[b,c]) * rstd[b,c] + beta[c]`, `rstd = 1/sqrt(var +
/// eps)`; mean and the biased variance over time: group norm with a channel a group.
///
/// Where: x, y (B,T,C), mean, rstd (B,C), `weight` gamma and `bias` beta (C). All T frames count,
/// padding too, as in the official code.
public final class ChannelNorm implements Layer, AffineNorm {
  private record Saved(Tensor x, Tensor mean, Tensor rstd) {}

  private final Parameter weight;
  private final Parameter bias;
  private final int C;
  private final float eps;

  /// Declares `weight` (ones) and `bias` (zeros) in the scope.
  public ChannelNorm(ParameterScope scope, int C, double eps) {
    this.weight = scope.parameter("weight", Shape.of(C), Initializer.ones());
    this.bias = scope.parameter("bias", Shape.of(C), Initializer.zeros());
    this.C = C;
    this.eps = (float) eps;
  }

  /// The norm. Fails unless x is (B,T,C).
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    int n = statistics(x.shape());
    Tensor y = pass.take(x.shape());
    Tensor mean = pass.takeSaved(n);
    Tensor rstd = pass.takeSaved(n);
    into(y, mean, rstd, x, pass);
    if (mean != null && rstd != null) {
      pass.save(this, new Saved(x, mean, rstd));
    }
    return y;
  }

  /// `dx = gamma * rstd * (dy - mean(dy) - xhat * mean(dy * xhat))`, means over time, `xhat = (x -
  /// mean) * rstd`; `dgamma += sum dy * xhat`, `dbeta += sum dy`.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    Tensor dx = pass.take(dy.shape());
    backwardInto(dx, dy, s.x, s.mean, s.rstd, pass);
    return dx;
  }

  @Override
  public int statistics(Shape x) {
    if (x.rank() != 3 || x.dim(2) != C) {
      throw new IllegalArgumentException(
          "%s: expected an input of shape (B,T,%d), got %s".formatted(weight.name(), C, x));
    }
    return Math.multiplyExact(x.dim(0), C);
  }

  @Override
  public void into(Tensor y, @Nullable Tensor mean, @Nullable Tensor rstd, Tensor x, Pass pass) {
    Shape s = x.shape();
    pass.kernels()
        .norm()
        .channelNormForward(
            y, mean, rstd, x, weight.compute(), bias.compute(), eps, s.dim(0), s.dim(1), C);
  }

  @Override
  public void backwardInto(Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, Pass pass) {
    Shape s = x.shape();
    try (var _ = pass.workspace().mark()) {
      pass.kernels()
          .norm()
          .channelNormBackward(
              dx,
              gradient(weight, pass),
              gradient(bias, pass),
              dy,
              x,
              mean,
              rstd,
              weight.compute(),
              s.dim(0),
              s.dim(1),
              C);
    }
  }

  // The kernel wants gradients of gamma and beta even when they are frozen: these go nowhere.
  private static Tensor gradient(Parameter p, Pass pass) {
    return p.hasGradient() ? p.gradient() : pass.take(p.shape());
  }
}
