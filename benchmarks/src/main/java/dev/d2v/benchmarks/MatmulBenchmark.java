package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.Param;

/// Products of the models: forward (NT), backward to the input (NN) and to the weight (TN), with
/// GELU where the model has it.
public class MatmulBenchmark extends KernelBenchmark {
  /// Kernel and sizes, see [dev.d2v.benchmarks.compare.Operation].
  @Param({
    "matmulNT:5120x384x128",
    "matmulNT:5120x128x128",
    "matmulNT:5120x512x128",
    "matmulNT:5120x128x512",
    "matmulNT:3200x576x192",
    "matmulNT:197x768x768",
    "matmulNT:500x768x768",
    "matmulNT:512x4096x1024",
    "matmulNT:1970x768x768",
    "matmulNT:1970x3072x768",
    "matmulNT:1970x768x3072",
    "matmulNT:10x768x768",
    "matmulNT:40x768x768",
    "matmulNT:10240x2304x768",
    "matmulNTGelu:5120x512x128",
    "matmulNTGelu:1970x3072x768",
    "matmulNN:5120x128x384",
    "matmulNN:5120x128x512",
    "matmulNN:1970x768x2304",
    "matmulNNGeluBackward:5120x512x128",
    "matmulNNGeluBackward:1970x3072x768",
    "matmulTN:384x128x5120",
    "matmulTN:128x512x5120",
    "matmulTN:768x768x1970",
    "matmulTN:2304x768x10240"
  })
  public String which = "matmulNT:5120x384x128";

  /// For JMH.
  public MatmulBenchmark() {}

  @Override
  String which() {
    return which;
  }
}
