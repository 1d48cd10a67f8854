package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.Param;

/// Rows by index: kept tokens out of all, and back.
public class GatherBenchmark extends KernelBenchmark {
  /// Kernel and sizes, see [dev.d2v.benchmarks.compare.Operation].
  @Param({"gatherRows:8000x1970x768", "gatherRows:31360x1970x768", "scatterRows:8000x1970x768"})
  public String which = "gatherRows:8000x1970x768";

  /// For JMH.
  public GatherBenchmark() {}

  @Override
  String which() {
    return which;
  }
}
