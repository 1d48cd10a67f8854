package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StoredMatrix;
import org.jspecify.annotations.Nullable;

/// `y = x W^T + b`.
///
/// Where: x (...,in), y (...,out), `weight` W (out,in), `bias` b (out).
public final class Linear implements Layer {
  private record Saved(Tensor x) {}

  private final Parameter weight;
  private final Parameter bias;
  private final int in;
  private final int out;

  /// Declares `weight` and `bias` in the scope.
  public Linear(ParameterScope scope, int in, int out, Initializer weight, Initializer bias) {
    this.weight = scope.parameter("weight", Shape.of(out, in), weight, Storage.Use.ROWS);
    this.bias = scope.parameter("bias", Shape.of(out), bias);
    this.in = in;
    this.out = out;
  }

  /// `y = x W^T + b`.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.take(Rows.withLast(x.shape(), out));
    into(y, x, null, pass);
    return y;
  }

  /// `y = x W^T + b + addend`: a residual sum without a pass of its own. addend like y
  public Tensor forwardAdd(Tensor x, Tensor addend, Pass pass) {
    Tensor y = pass.take(Rows.withLast(x.shape(), out));
    into(y, x, addend, pass);
    return y;
  }

  /// [#forwardAdd] into a tensor that the caller took; addend may be y itself.
  void into(Tensor y, Tensor x, @Nullable Tensor addend, Pass pass) {
    int rows = Rows.of(x, in, weight.name());
    product(y, x, weight, bias.compute(), addend, rows, pass);
    pass.save(this, new Saved(x));
  }

  /// `pre = x W^T + b`, `y = gelu(pre)`. pre is null in inference.
  void geluInto(Tensor y, @Nullable Tensor pre, Tensor x, Pass pass) {
    int rows = Rows.of(x, in, weight.name());
    StoredMatrix stored = weight.stored();
    if (stored == null) {
      pass.kernels()
          .matmul()
          .matmulNTGelu(y, pre, x, weight.compute(), bias.compute(), rows, out, in);
    } else {
      pass.kernels().storage().storedNTGelu(y, x, stored, bias.compute(), rows, out, in);
    }
    pass.save(this, new Saved(x));
  }

  /// `y = gelu(x W^T + b)` for inference.
  public Tensor forwardGelu(Tensor x, Pass pass) {
    if (pass.saves()) {
      throw new IllegalStateException("forwardGelu saves nothing for a backward");
    }
    Tensor y = pass.take(Rows.withLast(x.shape(), out));
    geluInto(y, null, x, pass);
    return y;
  }

  /// `y = x W^T + b + addend` with a weight in whatever it is kept.
  ///
  /// @param y (rows,out)
  /// @param weight (out,in)
  /// @param bias (out)
  /// @param addend (rows,out), or null
  public static void product(
      Tensor y,
      Tensor x,
      Parameter weight,
      Tensor bias,
      @Nullable Tensor addend,
      int rows,
      Pass pass) {
    int out = weight.shape().dim(0);
    int in = weight.shape().dim(1);
    StoredMatrix stored = weight.stored();
    if (stored == null) {
      pass.kernels().matmul().matmulNT(y, x, weight.compute(), bias, addend, rows, out, in);
    } else {
      pass.kernels().storage().storedNT(y, x, stored, bias, addend, rows, out, in);
    }
  }

  /// `dx = dy W`, `dW += dy^T x`, `db += sum over rows of dy`.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Tensor dx = pass.take(Rows.withLast(dy.shape(), in));
    backwardInto(dx, dy, null, pass);
    return dx;
  }

  /// `dx = dy W + addend`: the backward of this layer where its input has another use, whose
  /// gradient addend is. addend like dx
  public Tensor backwardAdd(Tensor dy, Tensor addend, Pass pass) {
    Tensor dx = pass.take(Rows.withLast(dy.shape(), in));
    backwardInto(dx, dy, addend, pass);
    return dx;
  }

  /// [#backwardAdd] into a tensor that the caller took; addend may be dx itself.
  void backwardInto(Tensor dx, Tensor dy, @Nullable Tensor addend, Pass pass) {
    int rows = parameterGradients(dy, pass);
    pass.kernels().matmul().matmulNN(dx, dy, weight.compute(), addend, rows, in, out);
  }

  /// `dpre = (dy W) * gelu'(pre)`: the backward of this layer and of the GELU before it. dpre, pre
  /// (...,in)
  void backwardGeluInto(Tensor dpre, Tensor dy, Tensor pre, Pass pass) {
    int rows = parameterGradients(dy, pass);
    pass.kernels().matmul().matmulNNGeluBackward(dpre, dy, weight.compute(), pre, rows, in, out);
  }

  private int parameterGradients(Tensor dy, Pass pass) {
    int rows = Rows.of(dy, out, "gradient of " + weight.name());
    Saved s = pass.restore(this, Saved.class);
    Tensor db = bias.hasGradient() ? bias.gradient() : null;
    if (weight.hasGradient()) {
      pass.kernels().matmul().matmulTN(weight.gradient(), db, dy, s.x, out, in, rows);
    } else if (db != null) {
      pass.kernels().elementwise().sumRows(db, dy, rows, 1, out);
    }
    return rows;
  }

  /// W (out,in).
  public Parameter weight() {
    return weight;
  }

  /// b (out).
  public Parameter bias() {
    return bias;
  }
}
