package dev.d2v.model.v1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyDistancesTest {
  private static final int B = 2;
  private static final int T = 5;
  private static final int H = 3;
  private static final int D = 4;
  private static final int POSITIONS = 9;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theBiasIsThatOfTheFormula(boolean keys) {
    LayerConfig c = new LayerConfig(H * D, 1, H, 8, Nonlinearity.GELU, 1e-5);
    Random random = new Random(3);
    float[] qkv = normal(random, B * T * 3 * H * D);
    float[] d = normal(random, (2 * POSITIONS - 1) * D);
    ParameterScope scope = ParameterScope.root();
    KeyDistances distances = new KeyDistances(scope, POSITIONS, keys, c);
    try (Backend backend = Backend.cpu(2);
        Workspace workspace = Workspace.of(backend, 1 << 20)) {
      Tensor table = workspace.take(2 * POSITIONS - 1, D);
      backend.upload(table, d);
      distances.table().bind(table, null);
      Tensor projected = workspace.take(B, T, 3 * H * D);
      backend.upload(projected, qkv);
      Pass pass = Pass.inference(backend.kernels(), workspace);
      float[] bias = backend.floats(distances.bias(projected, B, T, 0.5f, backend, pass));
      for (int at = 0; at < bias.length; at++) {
        int b = at / (H * T * T);
        int h = at / (T * T) % H;
        int i = at / T % T;
        int j = at % T;
        double sum = 0;
        for (int k = 0; k < D; k++) {
          double step = d[(i - j + POSITIONS - 1) * D + k];
          sum += qkv[(((b * T + i) * 3) * H + h) * D + k] * step;
          sum += keys ? qkv[(((b * T + j) * 3 + 1) * H + h) * D + k] * step : 0;
        }
        assertEquals(0.5 * sum, bias[at], 1e-5);
      }
    }
  }

  private static float[] normal(Random random, int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }
}
