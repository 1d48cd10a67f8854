package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;

/// Regression losses over chosen rows, and the spread of features that the collapse monitor
/// watches.
public interface LossKernels {
  /// Over rows r with `targetRow[r] >= 0`, with `e = pred[r,c] - target[targetRow[r],c]`: `loss[0]
  /// = scale * sum l(e)` and `dpred[r,c] = scale * l'(e)`, zero for the other rows. `l(e) = e^2`
  /// for beta 0; otherwise `e^2/(2 beta)` where |e| < beta and `|e| - beta/2` beyond. loss (1),
  /// assigned dpred, pred (rows,C) target (any,C) targetRow (rows) I32
  void regression(
      Tensor loss,
      Tensor dpred,
      Tensor pred,
      Tensor target,
      Tensor targetRow,
      float beta,
      float scale,
      int rows,
      int C);

  /// `out[0] = mean over c of sqrt(var_c + 1e-6)`, var unbiased over the rows `x[index[j]]` with
  /// `index[j] >= 0`: what the official code logs as pred_var and target_var. NaN for fewer than
  /// two rows. out (1) x (any,C) index (n) I32
  void spread(Tensor out, Tensor x, Tensor index, int n, int C);
}
