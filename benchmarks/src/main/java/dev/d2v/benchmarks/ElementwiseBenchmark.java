package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.Param;

/// GELU and residual sums alone, where no product takes them with it.
public class ElementwiseBenchmark extends KernelBenchmark {
  /// Kernel and sizes, see [dev.d2v.benchmarks.compare.Operation].
  @Param({
    "geluForward:6051840",
    "geluForward:30000000",
    "geluBackward:6051840",
    "geluBackward:30000000",
    "add:1512960",
    "add:30000000"
  })
  public String which = "geluForward:6051840";

  /// For JMH.
  public ElementwiseBenchmark() {}

  @Override
  String which() {
    return which;
  }
}
