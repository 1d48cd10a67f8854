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
import org.jspecify.annotations.Nullable;

/// `y[n,p,q,o] = b[o] + sum over i,r,s of W[o,i,r,s] * x[n, p+r-K/2, q+s-K/2, g(o)*I+i]`, zero
/// outside: a grouped convolution that keeps the size of its input, for even K by dropping the last
/// row and column.
///
/// Where: x (N,H,W,in), y (N,H,W,out), channels last, I = in/groups, g(o) = the group of o,
/// `weight` W (out,in/groups,K,K), `bias` b (out). In one dimension x (N,L,in), y (N,L,out), W
/// (out,in/groups,K).
public final class Conv2d implements Layer {
  private record Saved(Tensor x, ConvShape shape) {}

  private final Parameter weight;
  private final Parameter bias;
  private final int in;
  private final int out;
  private final int kernel;
  private final int groups;
  private final boolean oneDimensional;

  /// Declares `weight` and `bias` in the scope.
  public Conv2d(
      ParameterScope scope,
      int in,
      int out,
      int kernel,
      int groups,
      boolean oneDimensional,
      Initializer weight,
      Initializer bias) {
    if (groups < 1 || in % groups != 0 || out % groups != 0 || kernel < 1) {
      throw new IllegalArgumentException(
          "convolution: %d groups must divide %d channels in and %d out, and the kernel (%d) be positive"
              .formatted(groups, in, out, kernel));
    }
    Shape shape =
        oneDimensional
            ? Shape.of(out, in / groups, kernel)
            : Shape.of(out, in / groups, kernel, kernel);
    this.weight = scope.parameter("weight", shape, weight, Storage.Use.FILTER);
    this.bias = scope.parameter("bias", Shape.of(out), bias);
    this.in = in;
    this.out = out;
    this.kernel = kernel;
    this.groups = groups;
    this.oneDimensional = oneDimensional;
  }

  /// The convolution.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    ConvShape shape = geometry(x.shape());
    Tensor y = pass.take(Rows.withLast(x.shape(), out));
    try (var _ = pass.temporaries()) {
      pass.kernels().conv().conv2dForward(y, x, weight.widened(pass), bias.compute(), shape);
    }
    pass.save(this, new Saved(x, shape));
    return y;
  }

  /// `dx[n,u,v,i] = sum of W[o,i,r,s] * dy[n,u-r+K/2,v-s+K/2,o]`, `dW[o,i,r,s] += sum of
  /// dy[n,p,q,o] * x[n,p+r-K/2,q+s-K/2,i]`, `db[o] += sum of dy[n,p,q,o]`.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Tensor dx = pass.take(Rows.withLast(dy.shape(), in));
    backwardInto(dx, dy, null, pass);
    return dx;
  }

  /// [#backward], plus addend, into a tensor that the caller took. addend like dx, or null
  void backwardInto(Tensor dx, Tensor dy, @Nullable Tensor addend, Pass pass) {
    int rows = Rows.of(dy, out, "gradient of " + weight.name());
    Saved s = pass.restore(this, Saved.class);
    var conv = pass.kernels().conv();
    if (weight.hasGradient()) {
      conv.conv2dBackwardWeight(
          weight.gradient(), bias.hasGradient() ? bias.gradient() : null, dy, s.x, s.shape);
    } else if (bias.hasGradient()) {
      pass.kernels().elementwise().sumRows(bias.gradient(), dy, rows, 1, out);
    }
    conv.conv2dBackwardInput(dx, dy, weight.compute(), addend, s.shape);
  }

  private ConvShape geometry(Shape x) {
    int rank = oneDimensional ? 3 : 4;
    if (x.rank() != rank || x.dim(-1) != in) {
      throw new IllegalArgumentException(
          "%s: expected an input of shape (N,%s,%d), got %s"
              .formatted(weight.name(), oneDimensional ? "L" : "H,W", in, x));
    }
    return oneDimensional
        ? ConvShape.same1d(x.dim(0), x.dim(1), in, out, kernel, groups)
        : ConvShape.same2d(x.dim(0), x.dim(1), x.dim(2), in, out, kernel, groups);
  }

  /// W.
  public Parameter weight() {
    return weight;
  }

  /// b (out).
  public Parameter bias() {
    return bias;
  }

  /// Channels in.
  public int in() {
    return in;
  }

  /// Channels out.
  public int out() {
    return out;
  }
}
