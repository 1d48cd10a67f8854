package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.Param;

/// AdamW with the teacher's update: the parameters of one block, and of four.
public class OptimizerBenchmark extends KernelBenchmark {
  /// Kernel and sizes, see [dev.d2v.benchmarks.compare.Operation].
  @Param({"adamW:7077888", "adamW:28311552"})
  public String which = "adamW:7077888";

  /// For JMH.
  public OptimizerBenchmark() {}

  @Override
  String which() {
    return which;
  }
}
