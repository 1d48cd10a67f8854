package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Rows picked and put by index. Indices are I32 tensors. An index `i >= 0` names row i of x; `i <
/// 0` names row `-1 - i` of a second table z (extra tokens, noise rows), or a row of zeros when
/// there is none.
public interface GatherKernels {
  /// `y[j] = index[j] >= 0 ? x[index[j]] : z[-1-index[j]]`. y (n,C) x (any,C) z (any,C), or null:
  /// zeros index (n)
  void gatherRows(Tensor y, Tensor x, @Nullable Tensor z, Tensor index, int n, int C);

  /// The backward of [#gatherRows]: `dx[i] = sum of dy[j] with index[j] = i` (assigned, in the
  /// order of j; zero for rows that nothing names) and `dz[i] += sum of dy[j] with index[j] =
  /// -1-i`. dx (rowsX,C) dz (rowsZ,C), a parameter's gradient, or null: dropped dy (n,C) index (n)
  void scatterRows(
      Tensor dx, @Nullable Tensor dz, Tensor dy, Tensor index, int n, int rowsX, int rowsZ, int C);

  /// ALiBi for kept tokens: `y[r,h,i,j] = table[h, keep[r,i], keep[r,j]]`, zero where either keep
  /// is negative (an extra token). y (R,H,V,V) table (H,T,T) keep (R,V)
  void gatherPairs(Tensor y, Tensor table, Tensor keep, int R, int H, int V, int T);

  /// ALiBi on a line: `y[r,h,i,j] = slope[h] * |keep[r,i] - keep[r,j]|`, zero where either keep is
  /// negative (an extra token). y (R,H,V,V) slope (H) keep (R,V) I32
  void distancePairs(Tensor y, Tensor slope, Tensor keep, int R, int H, int V);
}
