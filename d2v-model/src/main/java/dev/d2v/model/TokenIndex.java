package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;

/// Which tokens the rows of a pass consist of: E extra tokens, then chosen tokens of their sample.
///
/// @param rows R, or B
/// @param tokens E + V, or E + T
/// @param gather (rows*tokens) I32: row of X (B*T,C), or -1-e for extra token e
/// @param time (rows,tokens) I32: time of each token, -1 for extra tokens
/// @param uniform whether all rows choose the same tokens, so that one attention bias serves all
public record TokenIndex(int rows, int tokens, Tensor gather, Tensor time, boolean uniform) {
  /// All tokens of B samples.
  public static TokenIndex full(int B, int T, int E, Backend backend, Pass pass) {
    int N = E + T;
    int[] gather = new int[B * N];
    int[] time = new int[B * N];
    for (int b = 0; b < B; b++) {
      for (int j = 0; j < N; j++) {
        gather[b * N + j] = j < E ? -1 - j : b * T + j - E;
        time[b * N + j] = j < E ? -1 : j - E;
      }
    }
    return new TokenIndex(B, N, ints(gather, backend, pass), ints(time, backend, pass), true);
  }

  /// The kept tokens of a mask plan.
  public static TokenIndex kept(MaskPlan plan, int E, Backend backend, Pass pass) {
    int R = plan.rows();
    int V = plan.kept();
    int N = E + V;
    int[] gather = new int[R * N];
    int[] time = new int[R * N];
    for (int r = 0; r < R; r++) {
      int sample = r / plan.masksPerSample() * plan.tokens();
      for (int j = 0; j < N; j++) {
        int t = j < E ? -1 : plan.idsKeep()[r * V + j - E];
        gather[r * N + j] = j < E ? -1 - j : sample + t;
        time[r * N + j] = t;
      }
    }
    return new TokenIndex(R, N, ints(gather, backend, pass), ints(time, backend, pass), false);
  }

  static Tensor ints(int[] values, Backend backend, Pass pass) {
    Tensor t = pass.workspace().take(Shape.of(values.length), DType.I32);
    backend.upload(t, values);
    return t;
  }
}
