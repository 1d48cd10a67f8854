package dev.d2v.benchmarks.compare;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Which cases are measured: shapes of the models, as text, those of the short run first in each
/// family.
///
/// B = 10 images of 197 tokens are 1,970 rows; 16 masks of 50 kept tokens of 10 images would be
/// 8,000; the small image model has 5,120 rows of 128 channels.
public final class Suite {
  private static final List<String> SHORT =
      List.of(
          "matmulNT:1970x768x768",
          "matmulNT:5120x384x128",
          "matmulNN:1970x768x2304",
          "matmulTN:768x768x1970",
          "matmulNTGelu:1970x3072x768",
          "attentionForward:10x197x12x64",
          "attentionBackward:10x197x12x64",
          "addLayerNormForward:1970x768",
          "layerNormForward:1970x768",
          "layerNormBackward:1970x768",
          "softmaxForward:23640x197",
          "geluForward:6051840",
          "add:6051840",
          "adamW:7077888",
          "gatherRows:8000x1970x768",
          "scatterRows:8000x1970x768",
          "conv2dForward:32x14x14x768x768x3x3x1x16",
          "conv2dBackwardInput:32x14x14x768x768x3x3x1x16",
          "conv2dBackwardWeight:32x14x14x768x768x3x3x1x16");

  private static final List<String> FURTHER =
      List.of(
          "matmulNT:512x512x512",
          "matmulNT:1024x1024x1024",
          "matmulNT:1970x2304x768",
          "matmulNT:1970x3072x768",
          "matmulNT:1970x768x3072",
          "matmulNT:197x768x768",
          "matmulNT:197x3072x768",
          "matmulNT:197x768x3072",
          "matmulNT:40x768x768",
          "matmulNT:10x768x768",
          "matmulNT:10x3072x768",
          "matmulNT:500x768x768",
          "matmulNT:512x3072x768",
          "matmulNT:512x4096x1024",
          "matmulNT:8000x768x768",
          "matmulNT:5120x128x128",
          "matmulNT:5120x512x128",
          "matmulNT:5120x128x512",
          "matmulNT:3200x576x192",
          "matmulNN:1970x768x768",
          "matmulNN:1970x768x3072",
          "matmulNN:5120x128x384",
          "matmulNN:5120x128x512",
          "matmulTN:2304x768x1970",
          "matmulTN:3072x768x1970",
          "matmulTN:768x3072x1970",
          "matmulTN:384x128x5120",
          "matmulTN:128x512x5120",
          "matmulNTGelu:5120x512x128",
          "matmulNNGeluBackward:1970x3072x768",
          "matmulNNGeluBackward:5120x512x128",
          "attentionForward:64x10x4x32",
          "attentionForward:160x40x12x64",
          "attentionForward:160x50x12x64",
          "attentionForward:4x500x12x64",
          "attentionForward:4x512x12x64",
          "attentionForward:4x512x16x64",
          "attentionBackward:64x10x4x32",
          "attentionBackward:160x40x12x64",
          "attentionBackward:160x50x12x64",
          "attentionBackward:4x512x12x64",
          "layerNormForward:5120x128",
          "layerNormForward:20000x768",
          "layerNormForward:20000x1024",
          "addLayerNormForward:20000x768",
          "layerNormBackward:20000x768",
          "layerNormGeluForward:25088x384",
          "instanceNormForward:10x197x768",
          "instanceNormForward:100x197x768",
          "softmaxForward:24576x512",
          "geluForward:30000000",
          "geluBackward:6051840",
          "geluBackward:30000000",
          "add:1512960",
          "add:30000000",
          "adamW:28311552",
          "gatherRows:31360x1970x768",
          "conv2dForward:512x7x7x128x128x3x3x1x8",
          "conv2dBackwardInput:512x7x7x128x128x3x3x1x8",
          "conv2dBackwardWeight:512x7x7x128x128x3x3x1x8",
          "conv2dForward:2x1x500x768x768x1x19x1x16",
          "conv2dBackwardInput:2x1x500x768x768x1x19x1x16",
          "conv2dBackwardWeight:2x1x500x768x768x1x19x1x16",
          "conv2dForward:1x1x160000x1x512x1x10x5x1",
          "conv2dForward:1x1x31999x512x512x1x3x2x1",
          "conv2dForward:2x1x1999x512x512x1x2x2x1",
          "conv2dBackwardInput:1x1x31999x512x512x1x3x2x1",
          "conv2dBackwardWeight:1x1x31999x512x512x1x3x2x1");

  private Suite() {}

  /// The kernels, which is all that are no networks.
  public static List<Operation> kernels() {
    return Stream.of(Operation.values())
        .filter(o -> o.family() != Operation.Family.NETWORK)
        .toList();
  }

  /// A case of a kernel so small that an oracle in plain loops takes no time.
  public static Case small(Operation operation) {
    return Case.parse(
        operation.label()
            + switch (operation.family()) {
              case MATMUL -> ":13x20x9";
              case ATTENTION -> ":2x5x3x8";
              case NORM -> operation == Operation.INSTANCE_NORM_FORWARD ? ":2x7x20" : ":5x36";
              case ELEMENTWISE, OPTIMIZER -> ":1021";
              case GATHER -> ":11x7x19";
              case CONV -> ":3x5x6x32x32x3x3x1x2";
              case NETWORK ->
                  throw new IllegalArgumentException(operation.label() + " has no small case");
            });
  }

  /// The cases of some families, all of them when none is named.
  ///
  /// @param full false: the few of a short run
  public static List<Case> of(Set<Operation.Family> families, boolean full) {
    Stream<String> texts = full ? Stream.concat(SHORT.stream(), FURTHER.stream()) : SHORT.stream();
    return texts
        .map(Case::parse)
        .filter(c -> families.isEmpty() || families.contains(c.operation().family()))
        .sorted(Comparator.comparing(Case::operation))
        .toList();
  }
}
