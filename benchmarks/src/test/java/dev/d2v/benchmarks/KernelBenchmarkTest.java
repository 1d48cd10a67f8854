package dev.d2v.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.tensor.spi.CpuBackend;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;

final class KernelBenchmarkTest {
  static Stream<KernelBenchmark> all() {
    return Stream.of(
        new MatmulBenchmark(),
        new AttentionBenchmark(),
        new NormBenchmark(),
        new ElementwiseBenchmark(),
        new OptimizerBenchmark(),
        new GatherBenchmark(),
        new ConvBenchmark());
  }

  /// The cases of a benchmark's annotation.
  private static List<Case> cases(KernelBenchmark benchmark) throws NoSuchFieldException {
    Field which = benchmark.getClass().getField("which");
    return Arrays.stream(which.getAnnotation(Param.class).value()).map(Case::parse).toList();
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyCaseIsOfOneFamily(KernelBenchmark benchmark) throws NoSuchFieldException {
    List<Operation.Family> families =
        cases(benchmark).stream().map(c -> c.operation().family()).distinct().toList();
    assertEquals(1, families.size());
    assertEquals(Case.parse(benchmark.which()), cases(benchmark).getFirst(), "the default");
  }

  @Test
  void whatIsTimedIsTheKernelAndItsWorkIsCounted() {
    var benchmark = new MatmulBenchmark();
    benchmark.which = "matmulNT:13x20x9";
    benchmark.threads = 2;
    benchmark.open();
    var work = new Work();
    benchmark.run(work);
    benchmark.run(work);
    float[] vector = benchmark.opened().result();
    benchmark.close();
    assertEquals(2 * 2e-9 * 13 * 20 * 9, work.gigaflops, 1e-15);
    assertEquals(2 * 4e-9 * (13 * 9 + 20 * 9 + 13 * 20), work.gigabytes, 1e-15);

    benchmark.kernels = CpuBackend.Option.SCALAR;
    benchmark.pollute = true;
    benchmark.open();
    benchmark.run(work);
    float[] scalar = benchmark.opened().result();
    benchmark.close();
    assertArrayEquals(scalar, vector, 1e-5f);
  }
}
