package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `y = gamma * (x - mean) * rstd + beta`, `rstd = 1/sqrt(var + eps)`; mean and the biased variance
/// over the last axis.
///
/// Where: x, y (B,T,C), mean, rstd (B,T), `weight` gamma and `bias` beta (C), absent when not
/// affine.
public final class LayerNorm implements Layer, AffineNorm {
  private record Saved(Tensor x, Tensor mean, Tensor rstd) {}

  private final @Nullable Parameter weight;
  private final @Nullable Parameter bias;
  private final String name;
  private final int C;
  private final float eps;

  /// Declares `weight` (ones) and `bias` (zeros) in the scope when affine.
  public LayerNorm(ParameterScope scope, int C, double eps, boolean affine) {
    this.weight = affine ? scope.parameter("weight", Shape.of(C), Initializer.ones()) : null;
    this.bias = affine ? scope.parameter("bias", Shape.of(C), Initializer.zeros()) : null;
    this.name = weight == null ? "layer norm" : weight.name();
    this.C = C;
    this.eps = (float) eps;
  }

  /// `y = LN(x)`.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    int rows = statistics(x.shape());
    Tensor y = pass.take(x.shape());
    Tensor mean = pass.takeSaved(rows);
    Tensor rstd = pass.takeSaved(rows);
    into(y, mean, rstd, x, pass);
    if (mean != null && rstd != null) {
      pass.save(this, new Saved(x, mean, rstd));
    }
    return y;
  }

  /// `y = LN(x + addend)`: a residual sum and its norm in one pass over memory. addend like x; the
  /// gradient that the backward returns is that of both.
  public Tensor forwardSum(Tensor x, Tensor addend, Pass pass) {
    return forwardSum(x, addend, null, pass);
  }

  /// [#forwardSum] with the sum, which the backward needs, in memory that the caller gives: x or
  /// addend itself where nothing else reads it any more.
  public Tensor forwardSum(Tensor x, Tensor addend, @Nullable Tensor place, Pass pass) {
    int rows = Rows.of(x, C, name);
    Tensor y = pass.take(x.shape());
    try (var _ = pass.temporaries()) {
      Tensor sum = place == null ? pass.take(x.shape()) : place;
      Tensor mean = pass.takeSaved(rows);
      Tensor rstd = pass.takeSaved(rows);
      pass.kernels()
          .norm()
          .addLayerNormForward(
              y, sum, mean, rstd, x, addend, value(weight), value(bias), eps, rows, C);
      if (mean != null && rstd != null) {
        pass.save(this, new Saved(sum, mean, rstd));
      }
    }
    return y;
  }

  /// `dx = rstd * (g - mean(g) - xhat * mean(g * xhat))`, `g = gamma * dy`, `xhat = (x - mean) *
  /// rstd`; `dgamma += sum dy * xhat`, `dbeta += sum dy`.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    return backward(dy, null, pass);
  }

  /// [#backward] plus addend: the gradient of another use of the input. addend like dy
  public Tensor backwardAdd(Tensor dy, Tensor addend, Pass pass) {
    return backward(dy, addend, pass);
  }

  private Tensor backward(Tensor dy, @Nullable Tensor addend, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    Tensor dx = pass.take(dy.shape());
    gradients(dx, dy, s, addend, pass);
    return dx;
  }

  private void gradients(Tensor dx, Tensor dy, Saved s, @Nullable Tensor addend, Pass pass) {
    int rows = Rows.of(dy, C, "gradient of " + name);
    try (var _ = pass.workspace().mark()) {
      pass.kernels()
          .norm()
          .layerNormBackward(
              dx,
              gradient(weight, pass),
              gradient(bias, pass),
              dy,
              s.x,
              s.mean,
              s.rstd,
              value(weight),
              addend,
              rows,
              C);
    }
  }

  @Override
  public int statistics(Shape x) {
    return Rows.of(x, C, name);
  }

  @Override
  public void into(Tensor y, @Nullable Tensor mean, @Nullable Tensor rstd, Tensor x, Pass pass) {
    int rows = statistics(x.shape());
    pass.kernels()
        .norm()
        .layerNormForward(y, mean, rstd, x, value(weight), value(bias), eps, rows, C);
  }

  @Override
  public void backwardInto(Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, Pass pass) {
    gradients(dx, dy, new Saved(x, mean, rstd), null, pass);
  }

  /// gamma (C), or null when not affine.
  public @Nullable Parameter weight() {
    return weight;
  }

  /// beta (C), or null when not affine.
  public @Nullable Parameter bias() {
    return bias;
  }

  private static @Nullable Tensor value(@Nullable Parameter p) {
    return p == null ? null : p.compute();
  }

  // The kernel wants gradients of an affine norm even when it is frozen: these go nowhere.
  private @Nullable Tensor gradient(@Nullable Parameter p, Pass pass) {
    if (p == null) {
      return null;
    }
    return p.hasGradient() ? p.gradient() : pass.take(C);
  }
}
