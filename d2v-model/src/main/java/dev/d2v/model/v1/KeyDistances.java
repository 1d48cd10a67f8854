package dev.d2v.model.v1;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/// Positions that enter the scores: `bias[b,h,i,j] = scale * (q_i . d[i-j] + k_j . d[i-j])`, the
/// second term for [TextConfig.Placement#RELATIVE_KEY_QUERY] alone. d (2P-1,D), row `i - j + P - 1`
final class KeyDistances {
  private final Parameter table;
  private final boolean keys;
  private final int positions;
  private final int H;
  private final int D;

  KeyDistances(ParameterScope scope, int positions, boolean keys, LayerConfig c) {
    this.D = c.C() / c.heads();
    this.table = scope.parameter("distance", Shape.of(2 * positions - 1, D), Initializer.zeros());
    this.keys = keys;
    this.positions = positions;
    this.H = c.heads();
  }

  Parameter table() {
    return table;
  }

  /// The bias (B,H,T,T) of projected queries and keys (B,T,3,H,D).
  Tensor bias(Tensor qkv, int B, int T, float scale, Backend host, Pass pass) {
    Tensor bias = pass.take(B, H, T, T);
    try (var _ = pass.workspace().mark()) {
      // Only the distances -(T-1) to T-1 occur.
      Tensor near = table.compute().slice(positions - T, positions + T - 1);
      Tensor query = dots(qkv, near, 0, B, T, host, pass);
      int W = 2 * T - 1;
      int n = B * H * T * T;
      Tensor index = ints(n, at -> at / T * W + at / T % T - at % T + T - 1, host, pass);
      pass.kernels().gather().gatherRows(bias, query, null, index, n, 1);
      if (keys) {
        Tensor key = dots(qkv, near, 1, B, T, host, pass);
        Tensor other =
            ints(
                n, at -> (at / (T * T) * T + at % T) * W + at / T % T - at % T + T - 1, host, pass);
        Tensor term = pass.take(B, H, T, T);
        pass.kernels().gather().gatherRows(term, key, null, other, n, 1);
        pass.kernels().elementwise().add(bias, bias, term, n);
      }
      pass.kernels().elementwise().scale(bias, bias, scale, n);
    }
    return bias;
  }

  /// Products of all queries (part 0) or keys (part 1) with all near distances (B,H,T,2T-1).
  private Tensor dots(Tensor qkv, Tensor near, int part, int B, int T, Backend host, Pass pass) {
    int rows = B * H * T;
    Tensor picked = pass.take(rows, D);
    Tensor index =
        ints(rows, at -> ((at / (H * T) * T + at % T) * 3 + part) * H + at / T % H, host, pass);
    pass.kernels().gather().gatherRows(picked, qkv, null, index, rows, D);
    Tensor dots = pass.take(rows, 2 * T - 1);
    pass.kernels().matmul().matmulNT(dots, picked, near, null, null, rows, 2 * T - 1, D);
    return dots;
  }

  private static Tensor ints(int n, IntUnaryOperator of, Backend host, Pass pass) {
    int[] values = new int[n];
    Arrays.setAll(values, of);
    Tensor t = pass.workspace().take(Shape.of(n), DType.I32);
    host.upload(t, values);
    return t;
  }
}
