package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// `mean[b] = sum over tokens t >= skip of sample b that are not padding of x[b,t] / their number`.
/// x (B,T,C) mean (B,C)
public final class TokenMean {
  private final Tensor owners;
  private final Tensor shares;
  private final int B;
  private final int T;

  /// Uploads which tokens count.
  ///
  /// @param skip tokens at the beginning of each sample that do not count: CLS, extra tokens
  /// @param padding (B*T) on the host, 1 = padded, tokens that are skipped included; or null
  public TokenMean(int B, int T, int skip, int @Nullable [] padding, Backend host, Pass pass) {
    int[] owner = new int[B * T];
    float[] share = new float[B];
    for (int b = 0; b < B; b++) {
      int there = 0;
      for (int t = 0; t < T; t++) {
        int i = b * T + t;
        boolean counts = t >= skip && (padding == null || padding[i] == 0);
        owner[i] = counts ? b : -1;
        there += counts ? 1 : 0;
      }
      share[b] = 1f / Math.max(1, there);
    }
    this.owners = pass.workspace().take(Shape.of(B * T), DType.I32);
    this.shares = pass.take(B);
    host.upload(owners, owner);
    host.upload(shares, share);
    this.B = B;
    this.T = T;
  }

  /// The mean (B,C) of x (B,T,C).
  public Tensor of(Tensor x, Pass pass) {
    int C = x.shape().dim(-1);
    Tensor mean = pass.take(B, C);
    pass.kernels().gather().scatterRows(mean, null, x, owners, B * T, B, 0, C);
    pass.kernels().elementwise().scaleGroups(mean, mean, shares, B, mean.size());
    return mean;
  }
}
