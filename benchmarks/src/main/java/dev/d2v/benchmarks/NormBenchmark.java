package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.Param;

/// Normalisations and softmax.
public class NormBenchmark extends KernelBenchmark {
  /// Kernel and sizes, see [dev.d2v.benchmarks.compare.Operation].
  @Param({
    "layerNormForward:5120x128",
    "layerNormForward:1970x768",
    "layerNormForward:20000x1024",
    "addLayerNormForward:1970x768",
    "addLayerNormForward:20000x768",
    "layerNormBackward:1970x768",
    "layerNormBackward:20000x768",
    "layerNormGeluForward:25088x384",
    "instanceNormForward:10x197x768",
    "instanceNormForward:100x197x768",
    "softmaxForward:23640x197",
    "softmaxForward:24576x512"
  })
  public String which = "layerNormForward:5120x128";

  /// For JMH.
  public NormBenchmark() {}

  @Override
  String which() {
    return which;
  }
}
