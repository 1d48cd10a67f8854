package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;

/// Random numbers from Philox4x32-10 with key (seed) and counter (element block, stream, update,
/// micro-batch), so any element can be drawn anywhere, in any order, and the backward draws the
/// same again. See [dev.d2v.tensor.random.Philox] for the exact layout.
public interface RandomKernels {
  /// `y = std * N(0,1)`. y (size)
  void fillNormal(Tensor y, StepNumbers numbers, int stream, float std, long size);

  /// `y[i] = u_i >= p ? x[i]/(1-p) : 0`. The backward is the same call on dy. x, y (size); y may be
  /// x
  void dropout(Tensor y, Tensor x, StepNumbers numbers, int stream, float p, long size);

  /// Drop path: `y[r] = u_r >= p ? x[r]/(1-p) : 0` for whole samples of `rowSize` elements. The
  /// backward is the same call on dy. x, y (rows, rowSize); y may be x
  void dropPath(
      Tensor y, Tensor x, StepNumbers numbers, int stream, float p, int rows, int rowSize);
}
