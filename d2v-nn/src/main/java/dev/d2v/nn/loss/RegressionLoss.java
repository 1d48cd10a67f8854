package dev.d2v.nn.loss;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;

/// `loss = scale * sum over rows r and channels c of l(pred[r,c] - target[targetRow[r],c])`, rows
/// with `targetRow[r] < 0` left out.
///
/// Where: `l(e) = e^2` for beta 0; otherwise smooth L1, `e^2/(2 beta)` below beta and `|e| -
/// beta/2` beyond. pred (...,C), target (...,C), targetRow I32, one entry a row of pred. It is no
/// [dev.d2v.nn.Layer]: the loss and its gradient come from one pass over memory.
///
/// @param beta where smooth L1 turns from square to line; 0 = squared error
/// @param scale factor on the sum, 1/sqrt(C) in the paper's configurations
public record RegressionLoss(double beta, double scale) {
  /// A loss and its gradient.
  ///
  /// @param loss (1)
  /// @param dpred like pred, zero in the rows left out
  public record Result(Tensor loss, Tensor dpred) {}

  /// Checks that beta is not negative.
  public RegressionLoss {
    if (!(beta >= 0) || Double.isNaN(scale)) {
      throw new IllegalArgumentException(
          "regression loss: beta must be 0 (squared error) or positive (smooth L1) and scale a number, got beta "
              + beta
              + ", scale "
              + scale);
    }
  }

  /// The loss, and its gradient with respect to pred.
  public Result forward(Tensor pred, Tensor target, Tensor targetRow, Pass pass) {
    Shape shape = pred.shape();
    int C = shape.dim(-1);
    int rows = shape.rows();
    if (target.shape().dim(-1) != C) {
      throw new IllegalArgumentException(
          "regression loss: predictions have shape %s, targets %s; the last axis must agree"
              .formatted(shape, target.shape()));
    }
    if (targetRow.type() != DType.I32 || targetRow.size() != rows) {
      throw new IllegalArgumentException(
          "regression loss: targetRow must hold one I32 for each of the %d rows of %s, got %s"
              .formatted(rows, shape, targetRow));
    }
    Tensor loss = pass.take(1);
    Tensor dpred = pass.take(shape);
    pass.kernels()
        .loss()
        .regression(loss, dpred, pred, target, targetRow, (float) beta, (float) scale, rows, C);
    return new Result(loss, dpred);
  }
}
