package dev.d2v.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MatmulBenchmarkTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"NN:13x20x9", "NT:13x20x9", "NTGelu:13x20x9", "NNGelu:13x20x9", "TN:13x20x9"})
  void whatIsTimedIsTheProduct(String product) {
    var benchmark = new MatmulBenchmark();
    benchmark.product = product;
    benchmark.threads = 2;
    benchmark.open();
    MatmulBenchmark.Product p = benchmark.opened();
    float[] before = p.rig.floats(p.c);
    float[] given = p.rig.floats(p.pre);
    var work = new Work();
    benchmark.multiply(work);
    float[] a = p.rig.floats(p.a);
    float[] b = p.rig.floats(p.b);
    float[] c = p.rig.floats(p.c);
    float[] pre = p.rig.floats(p.pre);
    float[] bias = p.rig.floats(p.bias);
    benchmark.close();
    for (int i = 0; i < p.m; i++) {
      for (int j = 0; j < p.n; j++) {
        double sum = 0;
        for (int l = 0; l < p.k; l++) {
          sum +=
              switch (p.kind) {
                case "TN" -> a[l * p.m + i] * b[l * p.n + j];
                case "NN", "NNGelu" -> a[i * p.k + l] * b[l * p.n + j];
                default -> a[i * p.k + l] * b[j * p.k + l];
              };
        }
        int at = i * p.n + j;
        switch (p.kind) {
          case "NN" -> assertEquals(sum, c[at], 1e-4);
          case "NT" -> assertEquals(sum + bias[j], c[at], 1e-4);
          case "NTGelu" -> assertEquals(sum + bias[j], pre[at], 1e-4);
          case "TN" -> assertEquals(sum + before[at], c[at], 1e-4);
          // gelu' lies between -0.13 and 1.13, and is one half at zero
          default -> assertEquals(0.5, slope(c[at], sum, given[at]), 0.64, "the slope of GELU");
        }
      }
    }
    assertEquals(2e-9 * 13 * 20 * 9, work.gigaflops, 1e-15);
  }

  private static double slope(double product, double sum, double pre) {
    return Math.abs(sum) < 1e-3 || Math.abs(pre) > 10 ? 0.5 : product / sum;
  }
}
