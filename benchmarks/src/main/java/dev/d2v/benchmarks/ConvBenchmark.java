package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.Param;

/// Grouped convolutions: the decoders of small and base images, positions of speech, the waveform's
/// extractor. Products with the padding's zeros count as work.
public class ConvBenchmark extends KernelBenchmark {
  /// Kernel and sizes, see [dev.d2v.benchmarks.compare.Operation].
  @Param({
    "conv2dForward:512x7x7x128x128x3x3x1x8",
    "conv2dBackwardInput:512x7x7x128x128x3x3x1x8",
    "conv2dBackwardWeight:512x7x7x128x128x3x3x1x8",
    "conv2dForward:32x14x14x768x768x3x3x1x16",
    "conv2dBackwardInput:32x14x14x768x768x3x3x1x16",
    "conv2dBackwardWeight:32x14x14x768x768x3x3x1x16",
    "conv2dForward:2x1x500x768x768x1x19x1x16",
    "conv2dForward:1x1x160000x1x512x1x10x5x1",
    "conv2dForward:1x1x31999x512x512x1x3x2x1",
    "conv2dForward:2x1x1999x512x512x1x2x2x1"
  })
  public String which = "conv2dForward:512x7x7x128x128x3x3x1x8";

  /// For JMH.
  public ConvBenchmark() {}

  @Override
  String which() {
    return which;
  }
}
