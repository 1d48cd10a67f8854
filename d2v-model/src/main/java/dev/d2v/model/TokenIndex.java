package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// Which tokens the rows of a pass consist of: E extra tokens, then chosen tokens of their sample.
///
/// @param rows R, or B
/// @param tokens E + V, or E + T
/// @param gather (rows*tokens) I32: row of X (any,C), or -1-e for extra token e
/// @param time (rows,tokens) I32: time of each token, -1 for extra tokens
/// @param uniform whether all rows choose the same tokens, so that one attention bias serves all
/// @param padding (rows,tokens) I32, 1 = padded, or null: none is
/// @param whole for relative positions of masked rows: how they lie among all tokens; null when
///   every token is chosen
public record TokenIndex(
    int rows,
    int tokens,
    Tensor gather,
    Tensor time,
    boolean uniform,
    @Nullable Tensor padding,
    @Nullable Whole whole) {

  /// The rows with all their tokens, masked ones blanked: what convolutional positions look at.
  ///
  /// @param source (R*T) I32: row of X (B*T,C); where masked -1-i, i counting masked places
  /// @param places (R*(E+V)) I32: place (R*T) of each chosen token, -1 for extra tokens
  /// @param seats (R*T) I32: chosen token (R*(E+V)) at each place, negative where none is
  /// @param masked number of masked places over all rows
  public record Whole(Tensor source, Tensor places, Tensor seats, int masked) {}

  /// All tokens of B samples.
  ///
  /// @param padding (B*T) on the host, or null
  public static TokenIndex full(
      int B, int T, int E, int @Nullable [] padding, Backend backend, Pass pass) {
    return full(B, 1, T, E, padding, backend, pass);
  }

  /// All tokens of B*M rows, M of each sample one after another; X is then (B*M*T,C).
  ///
  /// @param padding (B*T) on the host, or null
  public static TokenIndex full(
      int B, int M, int T, int E, int @Nullable [] padding, Backend backend, Pass pass) {
    int N = E + T;
    int R = B * M;
    int[] gather = pass.arrays().ints(R * N);
    int[] time = pass.arrays().ints(R * N);
    for (int r = 0; r < R; r++) {
      for (int j = 0; j < N; j++) {
        gather[r * N + j] = j < E ? -1 - j : r * T + j - E;
        time[r * N + j] = j < E ? -1 : j - E;
      }
    }
    return new TokenIndex(
        R,
        N,
        ints(gather, backend, pass),
        ints(time, backend, pass),
        true,
        padding(padding, R, M, T, time, backend, pass),
        null);
  }

  /// The kept tokens of a mask plan.
  ///
  /// @param padding (B*T) on the host, or null
  /// @param whole how the rows lie among all tokens, or null when nothing asks
  public static TokenIndex kept(
      MaskPlan plan,
      int E,
      int @Nullable [] padding,
      @Nullable Whole whole,
      Backend backend,
      Pass pass) {
    int R = plan.rows();
    int V = plan.kept();
    int N = E + V;
    int[] gather = pass.arrays().ints(R * N);
    int[] time = pass.arrays().ints(R * N);
    for (int r = 0; r < R; r++) {
      int sample = r / plan.masksPerSample() * plan.tokens();
      for (int j = 0; j < N; j++) {
        int t = j < E ? -1 : plan.idsKeep()[r * V + j - E];
        gather[r * N + j] = j < E ? -1 - j : sample + t;
        time[r * N + j] = t;
      }
    }
    return new TokenIndex(
        R,
        N,
        ints(gather, backend, pass),
        ints(time, backend, pass),
        false,
        padding(padding, R, plan.masksPerSample(), plan.tokens(), time, backend, pass),
        whole);
  }

  /// Padding of the chosen tokens; null when none is padded.
  private static @Nullable Tensor padding(
      int @Nullable [] padding,
      int rows,
      int rowsPerSample,
      int T,
      int[] time,
      Backend backend,
      Pass pass) {
    if (padding == null) {
      return null;
    }
    int N = time.length / rows;
    int[] out = pass.arrays().ints(time.length);
    boolean any = false;
    for (int i = 0; i < out.length; i++) {
      out[i] = time[i] < 0 ? 0 : padding[i / N / rowsPerSample * T + time[i]];
      any |= out[i] != 0;
    }
    return any ? ints(out, backend, pass).reshape(rows, N) : null;
  }

  static Tensor ints(int[] values, Backend backend, Pass pass) {
    Tensor t = pass.workspace().take(Shape.of(values.length), DType.I32);
    backend.upload(t, values);
    return t;
  }
}
