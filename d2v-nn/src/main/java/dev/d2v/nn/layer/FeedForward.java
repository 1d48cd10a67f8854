package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `h = drop(gelu(x W1^T + b1))`, `y = drop(h W2^T + b2)`: the MLP of a transformer block.
///
/// Where: x, y (B,T,C), h (B,T,hidden), `fc1` W1 (hidden,C) and b1 (hidden), `fc2` W2 (C,hidden)
/// and b2 (C).
public final class FeedForward implements Layer {
  private record Saved(Tensor pre) {}

  private final Linear fc1;
  private final Dropout drop1;
  private final Linear fc2;
  private final Dropout drop2;
  private final int hidden;

  /// Declares `fc1.weight`, `fc1.bias`, `fc2.weight`, `fc2.bias` in the scope.
  public FeedForward(
      ParameterScope scope,
      int C,
      int hidden,
      double activationDropout,
      Initializer weight,
      Initializer bias) {
    this.fc1 = new Linear(scope.child("fc1"), C, hidden, weight, bias);
    this.drop1 = new Dropout(scope, activationDropout);
    this.fc2 = new Linear(scope.child("fc2"), hidden, C, weight, bias);
    this.drop2 = new Dropout(scope, activationDropout);
    this.hidden = hidden;
  }

  /// The output, before any residual sum.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.take(x.shape());
    try (var _ = pass.temporaries()) {
      Shape inner = Rows.withLast(x.shape(), hidden);
      Tensor h = pass.take(inner);
      Tensor pre = pass.takeSaved(inner);
      fc1.geluInto(h, pre, x, pass);
      drop1.inPlace(h, pass);
      fc2.into(y, h, null, pass);
      drop2.inPlace(y, pass);
      if (pre != null) {
        pass.save(this, new Saved(pre));
      }
    }
    return y;
  }

  /// The mirror of [#forward].
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
    try (var _ = pass.workspace().mark()) {
      Tensor dsum = drop2.backward(dy, pass);
      Tensor dpre = pass.take(s.pre.shape());
      if (drop1.active(pass)) {
        fc2.backwardInto(dpre, dsum, null, pass);
        drop1.inPlace(dpre, pass);
        pass.kernels().activation().geluBackward(dpre, dpre, s.pre, dpre.size());
      } else {
        fc2.backwardGeluInto(dpre, dsum, s.pre, pass);
      }
      fc1.backwardInto(dx, dpre, addend, pass);
    }
    return dx;
  }

  /// The layer into the hidden width.
  public Linear fc1() {
    return fc1;
  }

  /// The layer out of it.
  public Linear fc2() {
    return fc2;
  }
}
