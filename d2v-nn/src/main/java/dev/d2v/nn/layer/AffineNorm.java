package dev.d2v.nn.layer;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A norm with gamma and beta as a part of a fused layer, which takes the memory and keeps what the
/// backward needs.
sealed interface AffineNorm permits LayerNorm, ChannelNorm {
  /// How many means, and as many rstds, an input has.
  int statistics(Shape x);

  /// `y = norm(x)`. mean, rstd ([#statistics] floats), both null when nothing is saved
  void into(Tensor y, @Nullable Tensor mean, @Nullable Tensor rstd, Tensor x, Pass pass);

  /// The gradient of x; adds to those of gamma and beta. dx may be dy itself.
  void backwardInto(Tensor dx, Tensor dy, Tensor x, Tensor mean, Tensor rstd, Pass pass);
}
