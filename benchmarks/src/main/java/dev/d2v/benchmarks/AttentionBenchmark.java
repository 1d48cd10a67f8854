package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.Param;

/// Attention forward and backward: kept tokens of masked training (T = 10, 40, 50), whole samples
/// (197, 500, 512).
public class AttentionBenchmark extends KernelBenchmark {
  /// Kernel and sizes, see [dev.d2v.benchmarks.compare.Operation].
  @Param({
    "attentionForward:64x10x4x32",
    "attentionForward:160x40x12x64",
    "attentionForward:160x50x12x64",
    "attentionForward:10x197x12x64",
    "attentionForward:4x500x12x64",
    "attentionForward:4x512x12x64",
    "attentionBackward:64x10x4x32",
    "attentionBackward:160x40x12x64",
    "attentionBackward:160x50x12x64",
    "attentionBackward:10x197x12x64",
    "attentionBackward:4x512x12x64"
  })
  public String which = "attentionForward:64x10x4x32";

  /// For JMH.
  public AttentionBenchmark() {}

  @Override
  String which() {
    return which;
  }
}
