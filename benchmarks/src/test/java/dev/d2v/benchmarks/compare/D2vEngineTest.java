package dev.d2v.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.KernelContract;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class D2vEngineTest {
  private static void check(Case which) {
    try (D2vEngine engine = new D2vEngine(2, CpuBackend.Option.VECTOR);
        Task task = engine.open(which).orElseThrow()) {
      task.run();
      KernelContract.assertClose(which.toString(), CaseOracle.result(which), task.result(), 1e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.d2v.benchmarks.compare.Suite#kernels")
  void whatIsTimedIsRight(Operation operation) {
    check(Suite.small(operation));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2dForward:2x1x31x32x32x1x3x2x1",
        "conv2dBackwardInput:2x1x31x32x32x1x3x2x1",
        "conv2dBackwardWeight:2x1x31x32x32x1x3x2x1",
        "conv2dForward:1x1x40x1x32x1x10x5x1"
      })
  void stridedConvolutionsToo(String text) {
    check(Case.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"matmulNT:3x4", "matmulNT", "nothing:1x2", "matmulNT:3x0x4", "add:x"})
  void aWrongCaseIsRefusedWithWhatWasExpected(String text) {
    var failure = assertThrows(IllegalArgumentException.class, () -> Case.parse(text));
    assertTrue(
        String.valueOf(failure.getMessage()).contains(" got ")
            || String.valueOf(failure.getMessage()).contains("there are"));
  }
}
