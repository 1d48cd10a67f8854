package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;

/// `y[b,t] = x[b,t] + table[t]`.
///
/// Where: x, y (B,T,C), table (maxTokens,C), T at most maxTokens.
public final class LearnedPositions implements Layer {
  private final Parameter table;
  private final int maxTokens;
  private final int C;

  /// Declares the table under the given name in the scope.
  public LearnedPositions(
      ParameterScope scope, String name, int maxTokens, int C, Initializer initializer) {
    this.table = scope.parameter(name, Shape.of(maxTokens, C), initializer);
    this.maxTokens = maxTokens;
    this.C = C;
  }

  /// The sum. Fails when x is longer than the table.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    int T = tokens(x);
    Tensor y = pass.take(x.shape());
    pass.kernels().elementwise().addRows(y, x, table.compute(), x.shape().rows(), T, C);
    return y;
  }

  /// `dx = dy` itself, `dtable[t] += sum over b of dy[b,t]`.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    int T = tokens(dy);
    if (table.hasGradient()) {
      pass.kernels().elementwise().sumRows(table.gradient(), dy, dy.shape().rows(), T, C);
    }
    return dy;
  }

  private int tokens(Tensor x) {
    Rows.of(x, C, table.name());
    int T = x.shape().rank() < 2 ? 1 : x.shape().dim(-2);
    if (T > maxTokens) {
      throw new IllegalArgumentException(
          "%s: the table has %d positions, the input %s has %d tokens; shorten the input or train with a longer table"
              .formatted(table.name(), maxTokens, x.shape(), T));
    }
    return T;
  }

  /// The table (maxTokens,C).
  public Parameter table() {
    return table;
  }
}
