package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;

/// Sums, copies and scalings.
public interface ElementwiseKernels {
  /// `y = a + b`. all (size); y may be a or b
  void add(Tensor y, Tensor a, Tensor b, long size);

  /// `y = alpha * x`. y may be x
  void scale(Tensor y, Tensor x, float alpha, long size);

  /// `y += alpha * x`.
  void axpy(Tensor y, Tensor x, float alpha, long size);

  /// `y = value`.
  void fill(Tensor y, float value, long size);

  /// `y = x`.
  void copy(Tensor y, Tensor x, long size);

  /// `y[r,c] = x[r,c] + v[r mod period, c]`: positions added to every sample. x, y (rows,C) v
  /// (period,C); y may be x
  void addRows(Tensor y, Tensor x, Tensor v, int rows, int period, int C);

  /// `y[g,c] += sum of x[r,c] over rows r with r mod period = g`: a bias's gradient (period 1), a
  /// position's. y (period,C) x (rows,C)
  void sumRows(Tensor y, Tensor x, int rows, int period, int C);

  /// `y[r] = x[r] * max(scale[r / (rows/groups)], 0)`: a table times one clamped factor a group
  /// (ALiBi's learned scale). x, y (groups, size/groups) scale (groups)
  void scaleGroups(Tensor y, Tensor x, Tensor scale, int groups, long size);

  /// `dscale[g] += sum over samples and elements of dy[b,g,i] * x[b,g,i]`, zero where `scale[g] <
  /// 0`: the backward of a scaled table that was gathered per sample. dy, x (B, groups, per) scale,
  /// dscale (groups)
  void scaleGroupsBackward(
      Tensor dscale, Tensor dy, Tensor x, Tensor scale, int B, int groups, int per);

  /// `norm[k] = sqrt(sum over r of v[r,k]^2)`, `w[r,k] = g[k] * v[r,k] / norm[k]`: a weight as a
  /// direction v and a length g for each place of its kernel. w, v (rows,K) norm, g (K)
  void weightNormForward(Tensor w, Tensor norm, Tensor v, Tensor g, int rows, int K);

  /// The backward of [#weightNormForward]: `dg[k] += s[k]`, `dv[r,k] += g[k]/norm[k] * (dw[r,k] -
  /// s[k] * v[r,k]/norm[k])`, `s[k] = sum over r of dw[r,k] * v[r,k]/norm[k]`. dv, dw, v (rows,K)
  /// dg, g, norm (K)
  void weightNormBackward(
      Tensor dv, Tensor dg, Tensor dw, Tensor v, Tensor g, Tensor norm, int rows, int K);
}
