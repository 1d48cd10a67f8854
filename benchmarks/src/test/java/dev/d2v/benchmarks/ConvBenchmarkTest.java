package dev.d2v.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.tensor.spi.CpuBackend;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class ConvBenchmarkTest {
  private static float[][] run(CpuBackend.Option kernels, Consumer<ConvBenchmark> body) {
    var benchmark = new ConvBenchmark();
    benchmark.decoder = ConvBenchmark.Decoder.TINY;
    benchmark.threads = 2;
    benchmark.kernels = kernels;
    benchmark.open();
    body.accept(benchmark);
    ConvBenchmark.Convolution z = benchmark.opened();
    float[][] results = {
      z.rig.floats(z.y), z.rig.floats(z.x), z.rig.floats(z.dw), z.rig.floats(z.bias)
    };
    benchmark.close();
    return results;
  }

  private static void bothKernelsAgree(Consumer<ConvBenchmark> body, int result) {
    float[][] untouched = run(CpuBackend.Option.SCALAR, b -> {});
    float[] scalar = run(CpuBackend.Option.SCALAR, body)[result];
    float[] vector = run(CpuBackend.Option.VECTOR, body)[result];
    double changed = 0;
    for (int i = 0; i < scalar.length; i++) {
      assertEquals(scalar[i], vector[i], 1e-3);
      changed += Math.abs(scalar[i] - untouched[result][i]);
    }
    assertTrue(changed > scalar.length * 0.1, "what is timed writes its result");
  }

  @Test
  void forward() {
    bothKernelsAgree(b -> b.forward(new Work()), 0);
  }

  @Test
  void backwardInput() {
    bothKernelsAgree(b -> b.backwardInput(new Work()), 1);
  }

  @Test
  void backwardWeight() {
    bothKernelsAgree(b -> b.backwardWeight(new Work()), 2);
    bothKernelsAgree(b -> b.backwardWeight(new Work()), 3);
  }

  @Test
  void workIsTwoOperationsATapAndPosition() {
    var work = new Work();
    run(CpuBackend.Option.VECTOR, b -> b.forward(work));
    ConvShape shape = ConvBenchmark.Decoder.TINY.shape();
    assertEquals(2e-9 * 3 * 25 * 32 * 16 * 9, work.gigaflops, 1e-15);
    assertEquals(75, shape.outRows());
  }
}
