package dev.d2v.testkit.contract;

import dev.d2v.tensor.random.Philox;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Attention and its derivatives in double precision, from whole rows of probabilities and without
/// a saved lse: the Jacobian of the softmax is written out.
public final class AttentionOracle {
  final double[] out;
  final double[] lse;
  final double[] dqkv;
  final double[] dbias;

  /// The largest `P * dP`, of which dbias is made.
  double largestPart;

  private final int T;
  private final int H;
  private final int D;
  private final double scale;

  /// Computes all of them.
  public AttentionOracle(
      int B,
      int T,
      int H,
      int D,
      float scale,
      double[] qkv,
      double[] dout,
      double @Nullable [] bias,
      int @Nullable [] padding,
      Dropout dropout) {
    this.T = T;
    this.H = H;
    this.D = D;
    this.scale = scale;
    out = new double[B * T * H * D];
    lse = new double[B * H * T];
    dqkv = new double[3 * out.length];
    dbias = new double[B * H * T * T];
    for (int row = 0; row < lse.length; row++) {
      double[] s = scores(row, qkv);
      for (int j = 0; j < T; j++) {
        s[j] += bias == null ? 0 : bias[(row * T + j) % bias.length];
        boolean padded = padding != null && padding[row / (H * T) * T + j] != 0;
        s[j] = padded ? Double.NEGATIVE_INFINITY : s[j];
      }
      softmax(row, s);
      double[] dp = values(row, s, qkv, dout, dropout);
      scoresBackward(row, s, dp, qkv);
    }
  }

  /// `out (B,T,H*D)`.
  public double[] out() {
    return out.clone();
  }

  /// The gradient of `qkv (B,T,3,H,D)`.
  public double[] dqkv() {
    return dqkv.clone();
  }

  /// Dropout of probability p.
  public record Dropout(float p, long seed, int stream, int update, int microBatch) {
    double factor(int element) {
      int[] words = new int[4];
      Philox.words(words, seed, element / 4, stream, update, microBatch);
      return Philox.uniform(words[element % 4]) >= p ? 1 / (1 - (double) p) : 0;
    }
  }

  private double[] scores(int row, double[] qkv) {
    double[] s = new double[T];
    for (int j = 0; j < T; j++) {
      for (int d = 0; d < D; d++) {
        s[j] += qkv[query(row) + d] * qkv[token(row, j, 1) + d] * scale;
      }
    }
    return s;
  }

  private void softmax(int row, double[] s) {
    double max = Arrays.stream(s).max().orElse(0);
    double shift = max == Double.NEGATIVE_INFINITY ? 0 : max;
    double sum = Arrays.stream(s).map(x -> Math.exp(x - shift)).sum();
    lse[row] = shift + Math.log(sum);
    Arrays.setAll(s, j -> sum == 0 ? 0 : Math.exp(s[j] - shift) / sum);
  }

  private double[] values(int row, double[] p, double[] qkv, double[] dout, Dropout dropout) {
    double[] dp = new double[T];
    int o = ((row / (H * T) * T + row % T) * H + row / T % H) * D;
    for (int j = 0; j < T; j++) {
      double factor = dropout.factor(row * T + j);
      int v = token(row, j, 2);
      for (int d = 0; d < D; d++) {
        out[o + d] += p[j] * factor * qkv[v + d];
        dqkv[v + d] += p[j] * factor * dout[o + d];
        dp[j] += factor * dout[o + d] * qkv[v + d];
      }
    }
    return dp;
  }

  private void scoresBackward(int row, double[] p, double[] dp, double[] qkv) {
    int q = query(row);
    for (int j = 0; j < T; j++) {
      double ds = 0;
      for (int m = 0; m < T; m++) {
        ds += dp[m] * p[m] * ((m == j ? 1 : 0) - p[j]);
      }
      dbias[row * T + j] = ds;
      largestPart = Math.max(largestPart, Math.abs(p[j] * dp[j]));
      int k = token(row, j, 1);
      for (int d = 0; d < D; d++) {
        dqkv[q + d] += scale * ds * qkv[k + d];
        dqkv[k + d] += scale * ds * qkv[q + d];
      }
    }
  }

  /// Where the query of a row (b,h,i) begins in qkv.
  private int query(int row) {
    return token(row, row % T, 0);
  }

  /// Where q, k or v of token j begins in qkv, for the sample and head of a row.
  private int token(int row, int j, int which) {
    int sample = row / (H * T);
    int head = row / T % H;
    return ((sample * T + j) * 3 + which) * H * D + head * D;
  }
}
