package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// The mean over each sample's tokens that count: `m[b] = mean over t of y[b,t]`. y (B,T,C) m (B,C)
///
/// @param B samples
/// @param T tokens
/// @param owners (B*T) I32: the sample of each token, -1 where it does not count; null when all do
/// @param shares (B): one over the tokens of each sample that count, or null
public record TokenMean(int B, int T, @Nullable Tensor owners, @Nullable Tensor shares) {
  /// For samples with this padding (B*T), 1 = padded, or null; its indices are taken from the
  /// workspace.
  public static TokenMean of(int @Nullable [] padding, int B, int T, Backend backend, Pass pass) {
    return of(padding, 0, B, T, backend, pass);
  }

  /// As the other, without the first `skip` tokens of each sample: CLS, extra tokens. Padding has
  /// entries for them too.
  public static TokenMean of(
      int @Nullable [] padding, int skip, int B, int T, Backend backend, Pass pass) {
    if (padding == null && skip == 0) {
      return new TokenMean(B, T, null, null);
    }
    int[] owner = pass.arrays().ints(B * T);
    float[] share = new float[B];
    for (int b = 0; b < B; b++) {
      int there = 0;
      for (int t = 0; t < T; t++) {
        boolean counts = t >= skip && (padding == null || padding[b * T + t] == 0);
        owner[b * T + t] = counts ? b : -1;
        there += counts ? 1 : 0;
      }
      share[b] = 1f / Math.max(1, there);
    }
    Tensor shares = pass.take(B);
    backend.upload(shares, share);
    return new TokenMean(B, T, TokenIndex.ints(owner, backend, pass), shares);
  }

  /// The mean of y (B,T,C) or (B*T,C).
  public Tensor of(Tensor y, Pass pass) {
    int C = y.shape().dim(-1);
    Tensor mean = pass.take(B, C);
    if (owners == null || shares == null) {
      pass.kernels().norm().meanTokens(mean, y, B, T, C);
    } else {
      pass.kernels().gather().scatterRows(mean, null, y, owners, B * T, B, 0, C);
      pass.kernels().elementwise().scaleGroups(mean, mean, shares, B, mean.size());
    }
    return mean;
  }
}
