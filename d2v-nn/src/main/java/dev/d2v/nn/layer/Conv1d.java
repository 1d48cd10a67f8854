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

/// `y[b,t,o] = bias[o] + sum over i,s of W[o,i,s] * x[b, t*stride+s, g(o)*I+i]`: a grouped
/// convolution over time without padding, so `T = (L-K)/stride + 1`, rounded down.
///
/// Where: x (B,L,in), y (B,T,out), channels last, I = in/groups, g(o) = the group of o, `weight` W
/// (out,in/groups,K), `bias` (out) or none. [Conv2d] is the one that keeps the length.
public final class Conv1d implements Layer {
  private record Saved(Tensor x, ConvShape shape) {}

  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final int in;
  private final int out;
  private final int kernel;
  private final int stride;
  private final int groups;

  /// Declares `weight` in the scope, and `bias` unless its initializer is null.
  public Conv1d(
      ParameterScope scope,
      int in,
      int out,
      int kernel,
      int stride,
      int groups,
      Initializer weight,
      @Nullable Initializer bias) {
    if (groups < 1 || in % groups != 0 || out % groups != 0 || kernel < 1 || stride < 1) {
      throw new IllegalArgumentException(
          "convolution: %d groups must divide %d channels in and %d out, and kernel (%d) and stride (%d) be positive"
              .formatted(groups, in, out, kernel, stride));
    }
    this.weight =
        scope.parameter("weight", Shape.of(out, in / groups, kernel), weight, Storage.Use.FILTER);
    this.bias = bias == null ? null : scope.parameter("bias", Shape.of(out), bias);
    this.in = in;
    this.out = out;
    this.kernel = kernel;
    this.stride = stride;
    this.groups = groups;
  }

  /// The convolution. Fails when x is shorter than the kernel.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.take(outputShape(x.shape()));
    into(y, x, pass);
    return y;
  }

  /// [#forward] into a tensor that the caller took.
  void into(Tensor y, Tensor x, Pass pass) {
    ConvShape shape = geometry(x.shape());
    Tensor b = bias == null ? null : bias.compute();
    try (var _ = pass.temporaries()) {
      pass.kernels().conv().conv2dForward(y, x, weight.widened(pass), b, shape);
    }
    pass.save(this, new Saved(x, shape));
  }

  /// `dx[b,u,i] = sum over o and t*stride+s = u of W[o,i,s] * dy[b,t,o]`, `dW[o,i,s] += sum of
  /// dy[b,t,o] * x[b,t*stride+s,i]`, `dbias[o] += sum of dy[b,t,o]`.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    Tensor dx = pass.take(s.x.shape());
    gradients(dx, dy, s, pass);
    return dx;
  }

  /// [#backward] into a tensor that the caller took.
  void backwardInto(Tensor dx, Tensor dy, Pass pass) {
    gradients(dx, dy, pass.restore(this, Saved.class), pass);
  }

  private void gradients(Tensor dx, Tensor dy, Saved s, Pass pass) {
    parameterGradients(dy, s, pass);
    pass.kernels().conv().conv2dBackwardInput(dx, dy, weight.compute(), null, s.shape);
  }

  /// [#backward] without dx: for a layer whose input has no gradient.
  public void backwardParameters(Tensor dy, Pass pass) {
    parameterGradients(dy, pass.restore(this, Saved.class), pass);
  }

  private void parameterGradients(Tensor dy, Saved s, Pass pass) {
    int rows = Rows.of(dy, out, "gradient of " + weight.name());
    Tensor db = bias != null && bias.hasGradient() ? bias.gradient() : null;
    if (weight.hasGradient()) {
      pass.kernels().conv().conv2dBackwardWeight(weight.gradient(), db, dy, s.x, s.shape);
    } else if (db != null) {
      pass.kernels().elementwise().sumRows(db, dy, rows, 1, out);
    }
  }

  /// The shape (B,T,out) for an input (B,L,in).
  public Shape outputShape(Shape x) {
    ConvShape shape = geometry(x);
    return Shape.of(shape.batch(), shape.outWidth(), out);
  }

  private ConvShape geometry(Shape x) {
    if (x.rank() != 3 || x.dim(2) != in || x.dim(1) < kernel) {
      throw new IllegalArgumentException(
          "%s: expected an input of shape (B,L,%d) with L at least the kernel's %d, got %s"
              .formatted(weight.name(), in, kernel, x));
    }
    int length = (x.dim(1) - kernel) / stride + 1;
    return new ConvShape(
        x.dim(0), 1, x.dim(1), in, out, 1, kernel, 1, stride, 0, 0, 1, length, groups);
  }

  /// W (out,in/groups,K).
  public Parameter weight() {
    return weight;
  }

  /// The bias (out), or null.
  public @Nullable Parameter bias() {
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
