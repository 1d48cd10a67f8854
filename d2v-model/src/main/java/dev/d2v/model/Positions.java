package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;

/// A table added to every sample: `X[b,t] = F[b,t] + positions[t]`. F, X (B,T,C) positions (1,most
/// T,C)
///
/// Sin-cos tables are stored with the model but never trained; learned ones are.
public final class Positions {
  private final Parameter table;

  /// Declares `positions` under the scope.
  ///
  /// @param learned whether it is trained
  public Positions(ParameterScope scope, int T, int C, Initializer initial, boolean learned) {
    Shape shape = Shape.of(1, T, C);
    this.table =
        learned
            ? scope.parameter("positions", shape, initial)
            : scope.frozen("positions", shape, initial);
  }

  /// X.
  public Tensor forward(Tensor features, Pass pass) {
    return add(pass.take(features.shape()), features, pass);
  }

  /// X, written to x, which may be the features.
  Tensor add(Tensor x, Tensor features, Pass pass) {
    int C = features.shape().dim(-1);
    int T = table.shape().dim(1);
    int there = features.shape().dim(1);
    if (there > T || (there < T && !table.trainable())) {
      throw new IllegalArgumentException(
          "positions: the table %s has %d tokens, the features %s have %d"
              .formatted(table.name(), T, features.shape(), there));
    }
    pass.kernels()
        .elementwise()
        .addRows(x, features, table.compute(), features.shape().rows(), there, C);
    return x;
  }

  /// dF = dX; adds to the table's gradient when it is learned.
  public Tensor backward(Tensor dx, Pass pass) {
    if (table.hasGradient()) {
      int C = dx.shape().dim(-1);
      pass.kernels()
          .elementwise()
          .sumRows(table.gradient(), dx, dx.shape().rows(), dx.shape().dim(1), C);
    }
    return dx;
  }

  /// The table as (T,C).
  public Tensor table() {
    return table.compute().reshape(table.shape().dim(1), table.shape().dim(2));
  }
}
